// How the CPU time of a call grows with its selection.
import { ADA } from "../../../playground/data-people.ts";
import { sendCall } from "../call.ts";
import { measureCpuMs, whileWorkerServes } from "./serve-worker.ts";
import { BOT_TOKEN, PRODUCTIONS, productionId, startStudio, taskId } from "./studio-process.ts";

const ACTIONS = ["debug", "publish"] as const;

/** `ms` is the CPU time of a call with all tasks of each production. */
export type SelectionCost = { action: string; asksKitsu: boolean; ms: number[] };

const SECRET = `whsec_${Buffer.from("bench-forward-secret-0123456789").toString("base64")}`;

export async function measureSelections(seconds: number): Promise<SelectionCost[]> {
  const studio = await startStudio();
  const costs: SelectionCost[] = [];
  try {
    for (const asksKitsu of [false, true]) {
      const variables = {
        KITSU_API: `http://127.0.0.1:${studio.port}/api`,
        FORWARD_SECRET: SECRET,
        FORWARD_TARGETS: JSON.stringify({ publish: { url: `http://127.0.0.1:${studio.port}/studio/publish` } }),
        ...(asksKitsu && { KITSU_TOKEN: BOT_TOKEN }),
      };
      await whileWorkerServes({ kvPort: studio.port, variables }, async (port, group) => {
        for (const action of ACTIONS) {
          const ms: number[] = [];
          for (const size of PRODUCTIONS) {
            process.stderr.write(`${action}, ${size} tasks, ${asksKitsu ? "with" : "without"} Kitsu\n`);
            const fields = select(size);
            const send = () => sendCall(200, `http://127.0.0.1:${port}`, fields, { path: `/actions/${action}` });
            ms.push(await measureCpuMs(group, seconds, send));
          }
          costs.push({ action: action === "publish" ? "forward" : action, asksKitsu, ms });
        }
      });
    }
    return costs;
  } finally {
    studio.stop();
  }
}

const select = (size: number) => ({
  entitytype: "shot",
  originurl: `/productions/${productionId(size)}/shots`,
  selection: Array.from({ length: size }, (_, index) => taskId(size, index)),
  productionid: productionId(size),
  userid: ADA.id,
  useremail: ADA.email,
});
