// The studio's servers for the counts: the playground's Zou, its farms and its own server, behind
// one gate. Each isolate reaches them under a path of its own.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { ADA } from "../../../playground/data-people.ts";
import { openFarms } from "../../../playground/farms/farms.ts";
import { afanasySettings, flamencoSettings } from "../../../playground/farms/settings.ts";
import { KABARET, LAUNCHERS } from "../../../playground/launchers.ts";
import { openStudio } from "../../../playground/studio.ts";
import { openZou } from "../../../playground/zou/zou.ts";
import { passToFarm } from "../../farm-proxy.ts";
import { KvServer } from "../../kv-server.ts";
import { listen } from "../../listen.ts";
import { Gate } from "./gate.ts";

const BOT_TOKEN = "bench-bot-token-0123456789";
const FORWARD_SECRET = `whsec_${Buffer.from("bench-forward-secret-0123456789").toString("base64")}`;
/** Longer than the counts take, so that no connection is closed while the worker reuses it. */
const KEEP_ALIVE_MS = 3_600_000;

/** So long that no frame is rendered meanwhile, and every poll finds the same. */
const FRAME_MS = 3_600_000;

/**
 * How the worker knows who is calling: with a bot's account, from the call; on Kitsu's host, from
 * the session.
 */
export const WAYS = ["bot", "session"] as const;
export type Way = (typeof WAYS)[number];

/** Only on Kitsu's host do browsers send Kitsu's cookie. */
export const KITSU = "http://kitsu.studio.example";
export const BASE_PATHS: Record<Way, string> = { bot: "", session: "/edge" };

export type CountedStudio = Awaited<ReturnType<typeof openCountedStudio>>;

export async function openCountedStudio(way: Way) {
  const gate = new Gate();
  const zou = openZou({ botToken: BOT_TOKEN, actions: [] });
  const farms = await openFarms({ flamencoPort: 0, afanasyPort: 0, frameMs: FRAME_MS });
  const forwardTarget = openStudio(FORWARD_SECRET, KITSU);
  const kv = new KvServer({ writeIntervalMs: 0 });
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  const [port, kvPort] = [await listen(server), await kv.open()];

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, isolate = "", name = "", ...rest] = (request.url ?? "").split("/");
    const path = `/${rest.join("/")}`;
    await gate.wait({ isolate, server: name, method: request.method ?? "", path });
    request.url = path;
    if (name === "kitsu") return zou.answer(request, response);
    if (name === "studio") return forwardTarget("reply", request, response);
    const farm = name === "flamenco" ? farms.flamenco : farms.afanasy;
    const { status, headers, body } = await passToFarm(farm.url, path, request);
    response.writeHead(status, headers).end(body);
  }

  return {
    gate,
    kvPort,
    /** Kitsu's cookie of the person who calls */
    cookie: zou.logIn(ADA)[0]?.split(";")[0] ?? "",
    /** the settings of a worker in this isolate */
    variables(isolate: string): Record<string, string> {
      const studio = `http://127.0.0.1:${port}/${isolate}`;
      const hasAccount = way === "bot";
      return {
        KITSU_URL: KITSU,
        KITSU_API: `${studio}/kitsu/api`,
        BASE_PATH: BASE_PATHS[way],
        FORWARD_SECRET,
        FORWARD_TARGETS: JSON.stringify({ publish: { url: `${studio}/studio/publish` } }),
        LAUNCHERS: JSON.stringify(LAUNCHERS),
        KABARET: JSON.stringify(KABARET),
        FLAMENCO: JSON.stringify(flamencoSettings(`${studio}/flamenco`, hasAccount)),
        AFANASY: JSON.stringify(afanasySettings(`${studio}/afanasy`, hasAccount)),
        ...(hasAccount && { KITSU_TOKEN: BOT_TOKEN }),
      };
    },
    async close(): Promise<void> {
      gate.isOpen = true;
      gate.release();
      await farms.close();
      server.close();
      server.closeAllConnections();
      kv.close();
    },
  };
}
