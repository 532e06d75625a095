// How the cost of a page of the log grows with the number of runs in it.
import { KvServer } from "../../kv-server.ts";
import { expectStatus } from "../call.ts";
import { measureCpuMs, whileWorkerServes } from "./serve-worker.ts";

export const LOG_SIZES = [10, 1_000, 10_000] as const;

/** `ms` and `lists`, KV's list operations, are of one page at each of LOG_SIZES. */
export type LogCost = { page: string; ms: number[]; lists: number[] };

const PAGES = [
  { page: "the newest runs", path: "/runs" },
  { page: "a search without a match", path: "/runs?action=playlist" },
  { page: "the CSV of all runs", path: "/runs.csv" },
];

const DAY_MS = 86_400_000;

export async function measureLog(seconds: number): Promise<LogCost[]> {
  const kv = new KvServer();
  let lists = 0;
  kv.refuse = (operation) => {
    if (operation === "list") lists += 1;
    return undefined;
  };
  const kvPort = await kv.open();
  const costs: LogCost[] = PAGES.map(({ page }) => ({ page, ms: [], lists: [] }));
  try {
    await whileWorkerServes({ kvPort, variables: { LOCAL: "1" } }, async (port, group) => {
      for (const size of LOG_SIZES) {
        fill(kv, size);
        for (const [index, { page, path }] of PAGES.entries()) {
          process.stderr.write(`log of ${size} runs: ${page}\n`);
          const send = () =>
            expectStatus(200, fetch(`http://localhost:${port}${path}`, { headers: { accept: "text/html" } }));
          lists = 0;
          await send();
          costs[index]?.lists.push(lists);
          costs[index]?.ms.push(await measureCpuMs(group, seconds, send));
        }
      }
    });
    return costs;
  } finally {
    kv.close();
  }
}

/** Runs of yesterday, a few seconds apart. The value of a run plays no part in a page. */
function fill(kv: KvServer, size: number): void {
  const now = Date.now();
  const day = String(99_999 - Math.floor(now / DAY_MS) + 1).padStart(5, "0");
  const metadata = JSON.stringify({
    ...{ action: "comment", state: "done", title: { key: "debug.received", values: { count: 12 } } },
    ...{ person: "5f0c3a7e-91d4-4c1b-8e6a-000000000002", email: "ada@studio.example", name: "Ada Roy" },
    ...{ project: "5f0c3a7e-91d4-4c1b-8e6a-000000000001", projects: "Paper Lantern", tasks: 12 },
    ...{ trust: "claimed", status: 200, tookMs: 400 },
  });
  for (let index = 0; index < size; index += 1) {
    const ms = String(1 + index * 8_000).padStart(8, "0");
    kv.write(`run/${day}/${ms}/${index.toString(16).padStart(32, "0")}`, Buffer.from("{}"), metadata);
  }
}
