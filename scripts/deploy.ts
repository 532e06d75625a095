// npm run deploy, in this repository: wrangler deploy, with what wrangler.local.toml has.
import { fileURLToPath } from "node:url";
import { runWranglerDeploy } from "./wrangler-deploy.ts";

process.exitCode = await runWranglerDeploy(fileURLToPath(new URL("../", import.meta.url)), process.argv.slice(2));
