// Plays the nginx in front of Kitsu: /api goes to Zou without its prefix, everything else is
// Kitsu's page.
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { listen } from "../support/browser/listen.ts";

export type KitsuHost = {
  origin: string;
  /** Routes a path to another server with its prefix, as a worker is routed on Kitsu's own host. */
  mount(prefix: string, target: string): void;
  close(): Promise<void>;
};

/** The origin of a studio. It passes headers on unchanged, including cookies. */
export async function startKitsuHost(zou: string): Promise<KitsuHost> {
  const mounts = new Map<string, string>();
  const server = createServer((incoming, outgoing) => {
    const url = incoming.url ?? "/";
    if (url.startsWith("/api/")) return pass(incoming, outgoing, new URL(zou), url.slice("/api".length));
    const mounted = [...mounts].find(([prefix]) => url.startsWith(`${prefix}/`));
    if (mounted) return pass(incoming, outgoing, new URL(mounted[1]), url);
    outgoing
      .setHeader("content-type", "text/html; charset=utf-8")
      .end("<!doctype html><title>Kitsu</title><div id=app></div>");
  });
  const { origin, close } = await listen(server);
  return { origin, close, mount: (prefix, target) => void mounts.set(prefix, target) };
}

function pass(incoming: IncomingMessage, outgoing: ServerResponse, { hostname, port }: URL, path: string): void {
  const { method, headers } = incoming;
  // One connection per request, like nginx: gunicorn closes idle ones after two seconds, when they
  // may just be reused.
  const options = {
    hostname,
    port,
    path,
    method,
    agent: false,
    headers: { ...headers, connection: "close", "x-forwarded-proto": "http" },
  };
  const forwarded = request(options, (answer) => {
    const { connection: _, "transfer-encoding": __, ...answered } = answer.headers;
    outgoing.writeHead(answer.statusCode ?? 502, answered);
    answer.pipe(outgoing);
  });
  // Like nginx, answer with HTML if Zou does not answer: the code under test must handle it.
  forwarded.on("error", () => {
    if (outgoing.headersSent) return void outgoing.destroy();
    outgoing
      .writeHead(502, { "content-type": "text/html" })
      .end("<html><head><title>502 Bad Gateway</title></head></html>");
  });
  outgoing.on("close", () => forwarded.destroy());
  incoming.pipe(forwarded);
}
