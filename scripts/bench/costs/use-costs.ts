// What it costs to count a run, and how that depends on what was counted before.
import { ADA } from "../../../playground/data-people.ts";
import { KvServer } from "../../kv-server.ts";
import { median } from "../../table.ts";
import { expectStatus, sendCall } from "../call.ts";
import { measureCpuMs, whileWorkerServes } from "./serve-worker.ts";

/**
 * What was counted before; the CPU time of a call whose run is counted, and without ACTION_USE.
 */
export type UseCost = { actions: number; runs: number; ms: number; uncountedMs: number };

/** In this order, because nothing is deleted in between. */
const STORED = [
  { actions: 0, runs: 0 },
  { actions: 20, runs: 100_000 },
  { actions: 500, runs: 100_000 },
];
/** They take turns, because the load of the machine changes. */
const TURNS = 5;

export async function measureUse(seconds: number): Promise<UseCost[]> {
  const kv = new KvServer();
  const kvPort = await kv.open();
  const costs: UseCost[] = [];
  const surroundings = { kvPort, variables: { LOCAL: "1" }, entry: "scripts/bench/workers/used.ts" };
  try {
    await whileWorkerServes({ ...surroundings, only: "ActionUse" }, async (port, group) => {
      const address = `http://127.0.0.1:${port}`;
      const measure = (path: string) =>
        measureCpuMs(group, seconds, () => sendCall(200, address, FIELDS, { path: `${path}actions/debug` }));
      for (const { actions, runs } of STORED) {
        process.stderr.write(`counting beside ${runs} runs of ${actions} actions\n`);
        await expectStatus(200, fetch(`${address}/bench/fill?runs=${runs}&actions=${actions}`));
        const [counted, uncounted]: [number[], number[]] = [[], []];
        for (let turn = 0; turn < TURNS; turn += 1) {
          uncounted.push(await measure("/uncounted/"));
          counted.push(await measure("/"));
        }
        costs.push({ actions, runs, ms: median(counted), uncountedMs: median(uncounted) });
      }
    });
    return costs;
  } finally {
    kv.close();
  }
}

const FIELDS = {
  ...{ entitytype: "shot", originurl: "/productions/5f0c3a7e-91d4-4c1b-8e6a-000000000001/shots" },
  ...{ selection: ["5f0c3a7e-91d4-4c1b-8e6a-000000001000"], productionid: "5f0c3a7e-91d4-4c1b-8e6a-000000000001" },
  ...{ userid: ADA.id, useremail: ADA.email },
};
