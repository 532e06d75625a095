// The same receiver in the two Python servers studios use for this today, where this machine's Python has them.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { checkReceiver, KITSU, writeCall } from "./call.ts";
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

/** The peers that can be started here, and the names of those that can't. */
export function findPeers(): { here: Target[]; missing: string[] } {
  const here: Target[] = [];
  const missing: string[] = [];
  for (const peer of PEERS) {
    if (spawnSync("python3", ["-c", `import ${peer.modules}`]).status === 0) here.push(toTarget(peer));
    else missing.push(peer.name);
  }
  return { here, missing };
}

function toTarget({ name, args }: Peer): Target {
  return {
    name,
    request: writeCall(),
    prepare: async (port, directory) => ({
      file: "python3",
      args: args(port),
      options: {
        cwd: join(import.meta.dirname, "peers"),
        env: {
          ...process.env,
          KITSU_ORIGIN: KITSU,
          RUN_LOG: join(directory, "runs.jsonl"),
          PYTHONDONTWRITEBYTECODE: "1",
        },
      },
    }),
    check: async (address) => {
      await checkReceiver(address);
    },
  };
}
