/** The playground's server: the page that imitates Kitsu, and the other servers of the studio. Listens on this machine only. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type Bundle, bundlePage } from "./bundle.ts";
import { PAPER_LANTERN } from "./data.ts";
import { readVariant, renderHtml, strictCsp } from "./html.ts";
import { answerAsOther } from "./other-server.ts";
import { openStudio, type Studio } from "./studio.ts";
import { fetchUserscript } from "./userscript.ts";
import { answerAsZou } from "./zou.ts";

export type PlaygroundOptions = {
  /** 0 takes any free port */
  port: number;
  /** the action server's address, for example `http://localhost:8787` */
  worker: string;
  /** shared with the worker, in the form of Standard Webhooks: `whsec_` and base64 */
  forwardSecret: string;
  log?: (line: string) => void;
  /** rebuilds the page when its sources change */
  watch?: boolean;
};

export type Playground = { url: string; close(): Promise<void> };

type Site = { worker: string; bundle: Bundle; studio: Studio; home: string };

const HOME = `/productions/${PAPER_LANTERN.id}/shots`;

/** Starts everything; answers when the page can be opened. */
export async function startPlayground({ port, worker, forwardSecret, log, watch }: PlaygroundOptions): Promise<Playground> {
  let url = "";
  const studio = openStudio(forwardSecret, () => url + HOME);
  const bundle = await bundlePage(watch ? () => log?.("playground: rebuilt, reload the page") : undefined);
  const site = { worker, bundle, studio, home: HOME };
  const server = createServer((request, response) => {
    answer(site, request, response).catch((error: unknown) => {
      log?.(`playground: ${request.method} ${request.url} failed: ${error instanceof Error ? error.stack : String(error)}`);
      if (response.headersSent) response.destroy();
      else sendText(response, 500, "The playground failed; its terminal says why.");
    });
  });
  const taken = await listen(server, port);
  url = `http://localhost:${taken}`;
  const close = async () => {
    await bundle.close();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  };
  return { url, close };
}

/** Pages are what Kitsu's router knows; anything else that is missing is missing. */
const PAGE = /^\/(productions|my-tasks|people|open-productions|playlists)(\/|$)/;

async function answer(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, search, searchParams } = new URL(request.url ?? "/", "http://localhost");
  const [, area, name = ""] = pathname.split("/");
  if (area === "studio" && request.method === "POST") return site.studio(name, request, response);
  if (area === "other") return answerAsOther(name, request, response);
  if (area === "api") return answerAsZou(pathname, response);
  if (request.method !== "GET" && request.method !== "HEAD") return sendText(response, 405, "Only pages here.");
  if (pathname === "/") return redirect(response, site.home + search);
  if (PAGE.test(pathname)) return sendPage(site, searchParams, response);
  if (pathname === "/kitsu-actions.user.js") return sendFile(response, "text/javascript", await fetchUserscript(site.worker));
  if (pathname === "/assets/app.js") return sendFile(response, "text/javascript", site.bundle.read("app.js"));
  if (pathname === "/assets/style.css") return sendFile(response, "text/css", site.bundle.read("style.css"));
  return sendText(response, 404, `The playground has no ${pathname}.`);
}

async function sendPage({ worker }: Site, query: URLSearchParams, response: ServerResponse): Promise<void> {
  const variant = readVariant(query);
  const html = await renderHtml(variant, worker);
  response.writeHead(200, {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    ...(variant.strictCsp && { "content-security-policy": strictCsp(worker) }),
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

/** 127.0.0.1 and not a name: the page is on `localhost`, the "other server" on `127.0.0.1`, and both must reach this one. */
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
  const { PLAYGROUND_PORT = "8788", WORKER_PORT = "8787", FORWARD_SECRET } = process.env;
  if (!FORWARD_SECRET) throw new Error('Set FORWARD_SECRET to the secret shared with the worker: "whsec_" and base64.');
  const worker = `http://localhost:${WORKER_PORT}`;
  const playground = await startPlayground({
    port: Number(PLAYGROUND_PORT),
    worker,
    forwardSecret: FORWARD_SECRET,
    log: console.log,
    watch: true,
  });
  console.log(`The playground is at ${playground.url}, its action server at ${worker}`);
}
