// npm run bench [-- --counts | --write | --rounds 3 --seconds 2]: what an action costs in rounds,
// requests and operations, how fast the worker is, compared with a minimal worker, with the limit
// and with its peers in Python, how its cost grows, and what the userscript costs a page. Only
// "--counts": only the first. "--write": writes docs/performance.md, too. It fails only if an
// answer was wrong.
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { drawTable } from "../table.ts";
import { countAll } from "./counts/count.ts";
import { WAYS } from "./counts/studio.ts";
import { LEGEND, listRequests, tabulateCounts, toFigures } from "./counts/summary.ts";
import { writeDocument } from "./document.ts";
import { measureAll } from "./figures.ts";
import { compareHook } from "./hook.ts";
import { makeTables } from "./tables.ts";
import { canPin } from "./target.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "2" },
    counts: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
if (!(Number.isInteger(rounds) && rounds > 0 && seconds > 0))
  throw new Error("--rounds must be a whole number, --seconds a number; both greater than 0.");

if (values.counts) {
  const steps = await countAll();
  const tables = WAYS.map((way) => tabulateCounts(toFigures(steps), way));
  console.log([...tables.map(({ head, rows }) => drawTable(head, rows)), LEGEND, listRequests(steps)].join("\n\n"));
} else {
  const load = loadavg()[0]?.toFixed(2);
  const cores = canPin
    ? "server and load on a core each"
    : "server and load share all cores, which makes the ratios less precise";
  const figures = await measureAll(rounds, seconds);
  const { problems, isRight } = figures.comparison;
  console.log(
    `${LEGEND}\n\nThroughput: AJAX calls with 12 tasks to "debug", which does not ask Kitsu here: medians of ${rounds} rounds of`,
  );
  console.log(`${seconds} s, 32 keep-alive connections, ${cores}. Load average at the start: ${load}.`);
  for (const { head, rows } of Object.values(makeTables(figures))) console.log(`\n${drawTable(head, rows)}`);
  console.log(problems.map((problem) => `\n${problem}`).join(""));
  console.log(`The userscript's hook, in headless Chromium: medians of 7 runs of 20,000 requests.\n`);
  console.log(await compareHook());
  if (values.write) await writeDocument(figures);
  if (!isRight) process.exitCode = 1;
}
