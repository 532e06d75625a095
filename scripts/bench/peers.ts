// The same receiver in the two Python servers that studios use today, if this machine's Python has
// them.
import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkReceiver, checkRecord, KITSU, writeCall } from "./call.ts";
import type { Target } from "./target.ts";

type Peer = { name: string; modules: string; args: (port: number) => string[] };

const PEERS: readonly Peer[] = [
  {
    name: "Flask, gunicorn with 2 workers",
    modules: "flask, gunicorn",
    args: (port) => [
      "-m",
      "gunicorn",
      "--workers=2",
      `--bind=127.0.0.1:${port}`,
      "--log-level=warning",
      "flask_receiver:app",
    ],
  },
  {
    name: "Tornado, 1 process",
    modules: "tornado",
    args: (port) => ["tornado_receiver.py", String(port)],
  },
];

/** The peers that can be started here, and the names of the others. */
export function findPeers(): { installed: Target[]; missing: string[] } {
  const installed: Target[] = [];
  const missing: string[] = [];
  for (const peer of PEERS) {
    if (spawnSync("python3", ["-c", `import ${peer.modules}`]).status === 0) installed.push(toTarget(peer));
    else missing.push(peer.name);
  }
  return { installed, missing };
}

function toTarget({ name, args }: Peer): Target {
  let log = "";
  return {
    name,
    request: writeCall(),
    prepare: async (port, directory) => {
      log = join(directory, "runs.jsonl");
      return {
        file: "python3",
        args: args(port),
        options: {
          cwd: join(import.meta.dirname, "peers"),
          env: { ...process.env, KITSU_ORIGIN: KITSU, RUN_LOG: log, PYTHONDONTWRITEBYTECODE: "1" },
        },
      };
    },
    check: async (address) => {
      const run = await checkReceiver(address);
      checkRecord(run, (await readFile(log, "utf8")).trim().split("\n").at(-1) ?? "");
    },
  };
}
