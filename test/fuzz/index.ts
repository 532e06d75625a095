// npm run fuzz [-- --cases 100000 --seed 1 --path 17:2:0]: whatever can be sent to the worker, in bare workerd. Fails with the smallest case that shows
// a fault, and how to see it again.
import { parseArgs } from "node:util";
import { campaign } from "./campaign.ts";
import { measureHeaviest } from "./heaviest.ts";
import { WRITE_EVERY_MS } from "./namespace.ts";

const { values } = parseArgs({
  options: { cases: { type: "string", default: "100000" }, seed: { type: "string" }, path: { type: "string" } },
});
const cases = Number(values.cases);
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9));
if (!(Number.isInteger(cases) && cases > 0 && Number.isInteger(seed)))
  throw new Error("--cases and --seed must be whole numbers");

console.log(`${cases.toLocaleString("en")} cases from seed ${seed}.`);
const { tally, failure } = await campaign({
  cases,
  seed,
  path: values.path,
  writeEveryMs: WRITE_EVERY_MS,
  log: console.log,
});
console.log(`\n${tally.draw()}\n`);
if (failure === undefined && values.path === undefined) console.log(`${await measureHeaviest()}\n`);
console.log(failure ?? "Nothing is wrong with any answer, and each run is in the log once.");
process.exit(failure === undefined ? 0 : 1);
