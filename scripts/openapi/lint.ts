// npm run lint:openapi: lints the description of the routes, with gen/ as npm run build made it.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const cli = join(dirname(createRequire(import.meta.url).resolve("@redocly/cli/package.json")), "bin/cli.js");
const { status } = spawnSync(
  process.execPath,
  [
    cli,
    "lint",
    "--config",
    join(import.meta.dirname, "redocly.yaml"),
    join(import.meta.dirname, "../../gen/openapi.json"),
  ],
  // Without them, it would ask the registry for a newer version, and report its use.
  { stdio: "inherit", env: { ...process.env, REDOCLY_SUPPRESS_UPDATE_NOTICE: "true", REDOCLY_TELEMETRY: "off" } },
);
process.exitCode = status ?? 1;
