// npm run bench [-- --rounds 3 --seconds 3]: how fast the worker is beside the least a worker can do and beside its peers, and what the
// userscript costs a page. Reports and lets pass: it fails only when somebody answered wrongly.
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { compareHook } from "./hook.ts";
import { compareTargets } from "./rounds.ts";
import { canPin } from "./target.ts";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "3" }, seconds: { type: "string", default: "3" } },
});
const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
if (!(Number.isInteger(rounds) && rounds > 0 && seconds > 0))
  throw new Error("--rounds and --seconds must be numbers above 0");

const load = loadavg()[0]?.toFixed(2);
const cores = canPin
  ? "server on one core, load on another"
  : "server and load on whatever cores they get, which makes ratios vague";
console.log(
  `One AJAX call of 12 tasks to the action "debug": medians of ${rounds} rounds of ${seconds} s, 32 keep-alive connections,`,
);
console.log(`${cores}. Load of the machine before: ${load}.\n`);
const { report, isRight } = await compareTargets(rounds, seconds);
console.log(`${report}\n\nThe goal is also to be above both peers, which log as well.\n`);
console.log(
  `The userscript's hook, in headless Chromium: medians of 7 times 20,000 requests.\n\n${await compareHook()}`,
);
if (!isRight) process.exitCode = 1;
