// npm test: runs both parts of the tests, the second even if the first one fails.
import { spawnSync } from "node:child_process";

const failed = ["test:worker", "test:browser"].filter(
  (script) => spawnSync(process.execPath, ["--run", script], { stdio: "inherit" }).status !== 0,
);
if (failed.length > 0) {
  console.error(`Failed: ${failed.join(", ")}`);
  process.exitCode = 1;
}
