/** The playground's server, for this machine only: the page, and the studio's other servers. */
import { existsSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { type Bundle, bundlePage } from "./bundle.ts";
import { streamChanges } from "./changes.ts";
import { customActions } from "./custom-actions.ts";
import { ADA } from "./data-people.ts";
import { PAPER_LANTERN } from "./data-projects.ts";
import { answerControl } from "./farms/control.ts";
import type { Farms } from "./farms/farm.ts";
import { passOrBreak } from "./faults/break-call.ts";
import { breakStudio, breakZou } from "./faults/break-server.ts";
import { Faults } from "./faults/faults.ts";
import { openProxy } from "./faults/proxy.ts";
import { headersOf, readVariant, renderFrame, renderHtml } from "./html.ts";
import { describeOffer, fetchOffers } from "./offers.ts";
import { answerAsOther } from "./other-server.ts";
import { openStudio, type Studio } from "./studio.ts";
import { fetchUserscript } from "./userscript.ts";
import { openZou, type Zou } from "./zou/zou.ts";

export type PlaygroundOptions = {
  /** 0 takes any free port */
  port: number;
  /** the action server's address, for example `http://localhost:8787` */
  worker: string;
  /** the worker's real address, if `worker` is a proxy that the playground opens in front of it */
  behind?: string;
  /** shared with the worker, in the format of Standard Webhooks: `whsec_` and base64 */
  forwardSecret: string;
  /** the token of the bot in the small Zou: the worker's KITSU_TOKEN */
  botToken: string;
  /** a second worker with the BASE_PATH `/edge`, served under the playground's own origin */
  edge?: string;
  /** the studio's render farms, opened before and closed after the playground */
  farms?: Farms;
  log?: (line: string) => void;
  /** rebuilds the page when its sources change */
  watch?: boolean;
};

export type Playground = { url: string; close(): Promise<void> };

type Site = {
  worker: string;
  edge: string | undefined;
  farms: Farms | undefined;
  faults: Faults;
  elsewhere: string;
  bundle: Bundle;
  studio: Studio;
  zou: Zou;
  home: string;
};

const HOME = `/productions/${PAPER_LANTERN.id}/shots`;

/** Starts everything. Resolves when the page can be opened. */
export async function startPlayground(options: PlaygroundOptions): Promise<Playground> {
  const { worker, behind, edge, farms, botToken, forwardSecret, log, watch } = options;
  const bundle = await bundlePage(watch ? () => log?.("playground: rebuilt, reload the page") : undefined);
  const server = createServer();
  const port = await listen(server, options.port);
  const url = `http://localhost:${port}`;
  // The same machine under a different name is a different origin.
  const other = `http://127.0.0.1:${port}`;
  const actions = customActions({ worker, other, hasEdge: edge !== undefined, hasFarms: farms !== undefined });
  const studio = openStudio(forwardSecret, url + HOME);
  const faults = new Faults();
  const elsewhere = `${other}/other/login`;
  const proxy = behind && (await openProxy(Number(new URL(worker).port), { worker: behind, elsewhere }, faults, log));
  const site = {
    worker,
    edge,
    farms,
    faults,
    elsewhere,
    bundle,
    studio,
    zou: openZou({ botToken, actions }),
    home: HOME,
  };
  server.on("request", (request, response) => {
    answer(site, request, response).catch((error: unknown) => {
      log?.(
        `playground: ${request.method} ${request.url} failed: ${error instanceof Error ? error.stack : String(error)}`,
      );
      if (response.headersSent) response.destroy();
      else sendText(response, 500, "The playground failed. Its terminal shows the reason.");
    });
  });
  const close = async () => {
    await bundle.close();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
    if (proxy) await proxy.close();
  };
  return { url, close };
}

/** The published package has the texts only as code: they are translated in the repository. */
const hasTexts = existsSync(join(import.meta.dirname, "../messages/en.json"));

const NO_FARMS = "There are no farms: the playground was started without them.";
const NO_EDGE = "No worker runs under this origin: the playground was started without one.";

/** The paths that Kitsu's router handles. Any other unknown path is 404. */
const PAGE = /^\/($|(productions|my-tasks|people|open-productions|playlists)(\/|$))/;

async function answer(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const { pathname, search } = url;
  const [, area, name = ""] = pathname.split("/");
  if (area === "studio") {
    if (request.method === "POST") site.faults.count(name);
    return (await breakStudio(site.faults.now, response)) ? undefined : site.studio(name, request, response);
  }
  if (area === "other") return answerAsOther(name, request, response);
  if (area === "api")
    return (await breakZou(site.faults.now, request, response)) ? undefined : site.zou.answer(request, response);
  if (area === "changes") return streamChanges(site.zou, request, response);
  if (area === "control" && name === "faults") return site.faults.control(request, response);
  if (area === "control")
    return site.farms ? answerControl(site.farms, name, request, response) : sendText(response, 404, NO_FARMS);
  if (area === "edge") {
    if (!site.edge) return sendText(response, 404, NO_EDGE);
    return passOrBreak(site.faults.now, { worker: site.edge, elsewhere: site.elsewhere }, request, response);
  }
  if (request.method !== "GET" && request.method !== "HEAD")
    return sendText(response, 405, "Only GET is allowed here.");
  // Kitsu's page is there, too, as the doctor checks. It leads browsers to a project.
  if (pathname === "/" && request.headers["user-agent"]?.startsWith("Mozilla/"))
    return redirect(response, site.home + search);
  if (PAGE.test(pathname)) {
    const frame = await renderFrame(url);
    return frame ? sendFile(response, "text/html", frame) : sendPage(site, url.searchParams, request, response);
  }
  if (pathname === "/kitsu-actions.user.js")
    return sendFile(response, "text/javascript", await fetchUserscript(site.worker));
  if (pathname === "/messages" && hasTexts) {
    const { renderMessages } = await import("./messages-page.ts");
    return sendFile(response, "text/html", await renderMessages(url.searchParams));
  }
  if (pathname === "/assets/app.js") return sendFile(response, "text/javascript", site.bundle.read("app.js"));
  if (pathname === "/assets/style.css") return sendFile(response, "text/css", site.bundle.read("style.css"));
  return sendText(response, 404, `The playground has no ${pathname}.`);
}

/** Logs in a visitor without a session as Ada, where the real Kitsu would ask for a password. */
async function sendPage(
  { worker, zou, farms }: Site,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const variant = readVariant(query);
  const person = zou.personOf(request);
  const offers = await fetchOffers(worker);
  if (offers) zou.offer(offers.flatMap((offer) => describeOffer(worker, offer)));
  const html = await renderHtml(variant, worker, {
    worker,
    personId: (person ?? ADA).id,
    profile: { locale: (person ?? ADA).locale, timezone: (person ?? ADA).timezone },
    customActions: zou.customActions(),
    statuses: zou.changedStatuses(),
    hasFarms: farms !== undefined,
    hasTexts,
  });
  response.writeHead(200, {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    ...(!person && { "set-cookie": zou.logIn(ADA) }),
    ...headersOf(variant, worker),
  });
  response.end(html);
}

function sendFile(response: ServerResponse, type: string, body: string): void {
  response.writeHead(200, { "content-type": `${type}; charset=utf-8`, "cache-control": "no-store" }).end(body);
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(`${text}\n`);
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { location }).end();
}

/** Both `localhost` (the page) and `127.0.0.1` (the "other server") must reach it. */
function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : port);
    });
  });
}

if (import.meta.main) {
  const { PLAYGROUND_PORT = "8788", WORKER_PORT = "8787", FORWARD_SECRET, KITSU_TOKEN = "", EDGE } = process.env;
  if (!FORWARD_SECRET) throw new Error('Set FORWARD_SECRET to the secret shared with the worker: "whsec_" and base64.');
  const worker = `http://localhost:${WORKER_PORT}`;
  const playground = await startPlayground({
    port: Number(PLAYGROUND_PORT),
    worker,
    forwardSecret: FORWARD_SECRET,
    botToken: KITSU_TOKEN,
    ...(EDGE && { edge: EDGE }),
    log: console.log,
    watch: true,
  });
  console.log(`The playground is at ${playground.url}, its action server at ${worker}`);
}
