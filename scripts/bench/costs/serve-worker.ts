// The worker in bare workerd for the measurements of CPU time. Its log and the studio's servers are
// in other processes, so that only the worker's own time counts.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { readCpuSeconds } from "../../cpu-time.ts";
import { bundle, workerd, writeWorkerdConfig } from "../../workerd.ts";
import { KITSU } from "../call.ts";
import { whileServing } from "../target.ts";

type Surroundings = {
  kvPort: number;
  variables: Readonly<Record<string, string>>;
  entry?: string;
  /** the Durable Objects that it has: by default, those for the tasks of long forwarded calls */
  only?: "TemporaryLink" | "ActionUse";
};

/** Runs `work` while the worker serves. */
export function whileWorkerServes<T>(
  { kvPort, variables, entry = "worker/main.ts", only = "TemporaryLink" }: Surroundings,
  work: (port: number, group: number) => Promise<T>,
): Promise<T> {
  return whileServing(
    {
      name: "worker",
      request: "",
      prepare: async (port, directory) => {
        await bundle(entry, join(directory, "main.js"));
        const objects = join(directory, "objects");
        await mkdir(objects);
        const config = await writeWorkerdConfig(directory, {
          workers: [
            {
              name: "main",
              module: "main.js",
              bindings: ['(name = "RUNS", kvNamespace = "kv")'],
              variables: { KITSU_URL: KITSU, ...variables },
              objects: { keyPrefix: "", only },
            },
          ],
          services: [
            `(name = "kv", external = (address = "127.0.0.1:${kvPort}", http = ()))`,
            `(name = "objects", disk = (path = ${JSON.stringify(objects)}, writable = true))`,
            '(name = "internet", network = (allow = ["private"]))',
          ],
          sockets: [{ port, service: "main" }],
        });
        return { file: workerd, args: ["serve", config], options: { stdio: "ignore" } };
      },
      check: async (address) => {
        await fetch(`${address}/ping`);
      },
    },
    work,
  );
}

const CALLS_LEAST = 3;

/**
 * The CPU milliseconds of the whole process for each call, one after the other. Before it is
 * measured, the code is warmed up for as long.
 * @param send sends a call, and throws if the answer is wrong
 */
export async function measureCpuMs(group: number, seconds: number, send: () => Promise<unknown>): Promise<number> {
  await repeat(seconds, send);
  const before = readCpuSeconds(group) ?? Number.NaN;
  const calls = await repeat(seconds, send);
  return (((readCpuSeconds(group) ?? Number.NaN) - before) * 1_000) / calls;
}

async function repeat(seconds: number, send: () => Promise<unknown>): Promise<number> {
  const end = performance.now() + seconds * 1_000;
  let calls = 0;
  for (; calls < CALLS_LEAST || performance.now() < end; calls += 1) await send();
  return calls;
}
