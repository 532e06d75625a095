// npm run deploy, in this repository: wrangler deploy, with what wrangler.local.toml has, unless an
// environment shares something with the live worker by mistake.
import { fileURLToPath } from "node:url";
import { findConfigProblems } from "./cli/find-config-problems.ts";
import { readWranglerConfig } from "./wrangler-config.ts";
import { runWranglerDeploy } from "./wrangler-deploy.ts";

const folder = fileURLToPath(new URL("../", import.meta.url));
const config = await readWranglerConfig(folder);
const problems = findConfigProblems(config, config);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : await runWranglerDeploy(folder, process.argv.slice(2));
