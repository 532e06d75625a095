// npm run deploy, in this repository: wrangler deploy, with what wrangler.local.toml has.
import { fileURLToPath } from "node:url";
import { runProgram } from "./cli/run-program.ts";
import { wranglerProgram } from "./local-worker.ts";
import { listConfigArguments } from "./wrangler-config.ts";

const folder = fileURLToPath(new URL("../", import.meta.url));
const args = ["deploy", "--minify", ...(await listConfigArguments(folder)), ...process.argv.slice(2)];
process.exitCode = await runProgram(wranglerProgram, args, folder);
