// Starts a real Zou with the test studio, for development: `npx node test/zou/start.ts [file]`.
// It runs until Ctrl-C. It prints its address and logins, or writes them into the file.
import { writeFile } from "node:fs/promises";
import { makeProduction } from "./production.ts";
import { startZou } from "./server.ts";

const zou = await startZou();
if ("missing" in zou) {
  console.error(zou.missing);
  process.exit(1);
}
const { api, host, admin } = zou;
const begin = performance.now();
const production = await makeProduction(api, admin.token).catch(async (error) => {
  await zou.stop();
  throw error;
});
console.log(`${api} is ready; creating its productions took ${((performance.now() - begin) / 1000).toFixed(1)} s.`);
const text = JSON.stringify({ api, origin: host.origin, admin, ...production }, null, 2);
const [file] = process.argv.slice(2);
if (file === undefined) console.log(text);
else await writeFile(file, text);

for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => void zou.stop().then(() => process.exit()));
