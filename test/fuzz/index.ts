// npm run fuzz [-- --cases 100000 --seed 1 --path 17:2:0]: sends random requests to the worker in
// bare workerd. A failure is reported as the smallest case that shows it, with the command that
// repeats it.
import { parseArgs } from "node:util";
import { WRITE_INTERVAL_MS } from "../../scripts/kv-server.ts";
import { measureHeaviest } from "./heaviest.ts";
import { runCases } from "./run-cases.ts";

const { values } = parseArgs({
  options: { cases: { type: "string", default: "100000" }, seed: { type: "string" }, path: { type: "string" } },
});
const cases = Number(values.cases);
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9));
if (!(Number.isInteger(cases) && cases > 0 && Number.isInteger(seed)))
  throw new Error("--cases and --seed must be whole numbers.");

console.log(`${cases.toLocaleString("en")} cases from seed ${seed}.`);
const { counts, failure } = await runCases({
  cases,
  seed,
  path: values.path,
  writeIntervalMs: WRITE_INTERVAL_MS,
  log: console.log,
});
console.log(`\n${counts.draw()}\n`);
if (failure === undefined && values.path === undefined) console.log(`${await measureHeaviest()}\n`);
console.log(failure ?? "No faults: every answer is correct, and every run is in the log once.");
process.exit(failure === undefined ? 0 : 1);
