// The studio of an upgrade: the simulated one, and a server that answers forwarded calls with long
// work, of which it reports the progress when it is told to.
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Webhook } from "standardwebhooks";
import * as v from "valibot";
import { flamencoSettings } from "../../playground/farms/settings.ts";
import { LAUNCHERS } from "../../playground/launchers.ts";
import { readBody } from "../../playground/request-body.ts";
import { listen } from "../listen.ts";
import { openSimulatedStudio } from "../simulated-studio.ts";

const FRAME_MS = 3_000;
/** Versions without long runs send no address for reports. */
const Call = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ run: v.object({ id: v.string(), progress: v.optional(v.string(), "") }) }),
);

export type Studio = Awaited<ReturnType<typeof openStudio>>;

export async function openStudio() {
  const studio = await openSimulatedStudio(FRAME_MS);
  const { farms, forwardSecret } = studio;
  const logToken = randomBytes(16).toString("hex");
  const runs: { id: string; progress: string }[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    void readBody(request).then((body) => {
      runs.push(v.parse(Call, body).run);
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ version: 1, reply: { kind: "started", title: "Simulating" } }));
    });
  });
  const port = await listen(server);
  return {
    ...studio,
    logToken,
    renderTasks: studio.findRenderTasks((shot) => /SH00[12]0/.test(shot)),
    variables: {
      ...studio.variables,
      LOG_TOKEN: logToken,
      FORWARD_TARGETS: JSON.stringify({ simulate: { url: `http://127.0.0.1:${port}`, title: "Simulate" } }),
      FLAMENCO: JSON.stringify(flamencoSettings(farms.flamenco.url, false)),
      LAUNCHERS: JSON.stringify({
        ...LAUNCHERS,
        launchers: LAUNCHERS.launchers.filter(({ kind }) => kind === "ticket"),
      }),
    },
    /** Reports about the newest forwarded run, as its server. Returns the status. */
    async report(reply: object, number: number): Promise<number> {
      const { id: run, progress: url } = runs.at(-1) ?? { id: "", progress: "" };
      const [body, now, id] = [JSON.stringify(reply), new Date(), `${run}-${number}`];
      const response = await fetch(url, {
        method: "POST",
        body,
        headers: {
          "content-type": "application/json",
          "webhook-id": id,
          "webhook-timestamp": String(Math.floor(now.getTime() / 1_000)),
          "webhook-signature": new Webhook(forwardSecret).sign(id, now, body),
        },
      });
      return response.status;
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      server.close();
      await studio.close();
    },
  };
}
