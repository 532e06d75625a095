// npm run bench [-- --rounds 3 --seconds 3]: how fast the worker is, compared with a minimal worker
// and with its peers in Python, and what the userscript costs a page. It fails only if an answer
// was wrong.
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { countSteps } from "./counts/count.ts";
import { WAYS } from "./counts/studio.ts";
import { drawCounts, LEGEND, listRequests } from "./counts/summary.ts";
import { compareHook } from "./hook.ts";
import { compareTargets } from "./rounds.ts";
import { canPin } from "./target.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "3" },
    counts: { type: "boolean", default: false },
  },
});
if (values.counts) {
  const steps = (await Promise.all(WAYS.map(countSteps))).flat();
  console.log([...WAYS.map((way) => drawCounts(steps, way)), LEGEND, listRequests(steps)].join("\n\n"));
  process.exit();
}
const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
if (!(Number.isInteger(rounds) && rounds > 0 && seconds > 0))
  throw new Error("--rounds must be a whole number, --seconds a number; both greater than 0.");

const load = loadavg()[0]?.toFixed(2);
const cores = canPin
  ? "server and load on a core each"
  : "server and load share all cores, which makes the ratios less precise";
console.log(
  `AJAX calls with 12 tasks to the action "debug": medians of ${rounds} rounds of ${seconds} s, 32 keep-alive connections,`,
);
console.log(`${cores}. Load average at the start: ${load}.\n`);
const { report, isRight } = await compareTargets(rounds, seconds);
console.log(`${report}\n\nThe worker should also be faster than both peers, which write a log too.\n`);
console.log(
  `The userscript's hook, in headless Chromium: medians of 7 runs of 20,000 requests.\n\n${await compareHook()}`,
);
if (!isRight) process.exitCode = 1;
