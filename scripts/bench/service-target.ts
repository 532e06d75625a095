// The worker as kitsu-actions serve runs it: with its log and its Durable Objects on disk, which
// syncs them before anything is answered.
import { killServiceWorker, prepareService, readStoredRecords } from "../local-service.ts";
import { checkReceiver, checkRecord, KITSU, writeCall } from "./call.ts";
import type { Target } from "./target.ts";

let served = "";

export const service: Target = {
  name: "worker, kitsu-actions serve",
  request: writeCall(),
  prepare: (port, directory) => {
    served = directory;
    return prepareService({ directory, port, variables: { KITSU_URL: KITSU } });
  },
  check: async (address) => {
    const run = await checkReceiver(address);
    const records = readStoredRecords(served);
    checkRecord(run, records.find((record) => record.includes(run)) ?? "{}");
  },
  cleanUp: killServiceWorker,
};
