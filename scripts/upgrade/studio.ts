// The studio of an upgrade: the playground's Kitsu and farms, and a server that answers forwarded
// calls with long work, of which it reports the progress when it is told to.
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Webhook } from "standardwebhooks";
import * as v from "valibot";
import { TASKS } from "../../playground/data.ts";
import { ADA } from "../../playground/data-people.ts";
import { PAPER_LANTERN } from "../../playground/data-projects.ts";
import { openFarms } from "../../playground/farms/farms.ts";
import { flamencoSettings } from "../../playground/farms/settings.ts";
import { LAUNCHERS } from "../../playground/launchers.ts";
import { readBody } from "../../playground/request-body.ts";
import { startPlayground } from "../../playground/serve.ts";
import { listen } from "../listen.ts";

const FRAME_MS = 3_000;
/** Versions without long runs send no address for reports. */
const Call = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ run: v.object({ id: v.string(), progress: v.optional(v.string(), "") }) }),
);

export type Studio = Awaited<ReturnType<typeof openStudio>>;

export async function openStudio() {
  const secret = `whsec_${randomBytes(32).toString("base64")}`;
  const botToken = randomBytes(32).toString("base64url");
  const logToken = randomBytes(16).toString("hex");
  const farms = await openFarms({ flamencoPort: 0, afanasyPort: 0, frameMs: FRAME_MS });
  const worker = "http://127.0.0.1:9";
  const playground = await startPlayground({ port: 0, worker, farms, botToken, forwardSecret: secret });
  const runs: { id: string; progress: string }[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    void readBody(request).then((body) => {
      runs.push(v.parse(Call, body).run);
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ version: 1, reply: { kind: "started", title: "Simulating" } }));
    });
  });
  const port = await listen(server);
  const shots = TASKS.filter(
    ({ entity }) => entity.projectId === PAPER_LANTERN.id && entity.kind === "Shot" && !entity.canceled,
  );
  return {
    kitsu: playground.url,
    logToken,
    tasks: shots.map(({ id }) => id),
    renderTasks: shots
      .filter(({ entity, type }) => type.name === "Animation" && /SH00[12]0/.test(entity.name))
      .map(({ id }) => id),
    /** The fields that Kitsu sends, without the selection. */
    call: {
      entitytype: "shot",
      originurl: "/productions/shots",
      productionid: PAPER_LANTERN.id,
      userid: ADA.id,
      useremail: ADA.email,
    },
    person: { personid: ADA.id, personemail: ADA.email },
    variables: {
      KITSU_URL: playground.url,
      KITSU_API: `${playground.url}/api`,
      KITSU_TOKEN: botToken,
      LOG_TOKEN: logToken,
      FORWARD_TARGETS: JSON.stringify({ simulate: { url: `http://127.0.0.1:${port}`, title: "Simulate" } }),
      FORWARD_SECRET: secret,
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
          "webhook-signature": new Webhook(secret).sign(id, now, body),
        },
      });
      return response.status;
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      server.close();
      await playground.close();
      await farms.close();
    },
  };
}
