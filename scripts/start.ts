// npm start: the servers, and what rebuilds the userscript and the texts on change.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { PACKAGE_FOLDER } from "./package-folder.ts";
import { openServers } from "./start/servers.ts";
import { runUntilStopped, supervise } from "./start/stop.ts";

await runUntilStopped(() => openServers({ repository: PACKAGE_FOLDER, rebuild }));

async function rebuild(): Promise<void> {
  supervise(
    "npm run build",
    spawn(process.execPath, [join(PACKAGE_FOLDER, "scripts/build.ts"), "--watch", "--pseudo"], {
      stdio: ["ignore", "inherit", "inherit"],
    }),
  );
}
