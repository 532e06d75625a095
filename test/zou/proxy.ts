// What nginx is in front of a usual Kitsu: /api goes to Zou without its prefix, everything else is Kitsu's one page.
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { listen } from "../support/browser/listen.ts";

export type KitsuHost = {
  origin: string;
  /** Routes a path to another server, prefix kept: as a worker is routed on Kitsu's own host. */
  mount(prefix: string, target: string): void;
  close(): Promise<void>;
};

/** The one origin of a studio. Headers go through untouched, cookies among them. */
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
  // One connection a request, as nginx does: gunicorn closes idle ones after two seconds, just when they are used again.
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
  // nginx answers in HTML when Zou does not; so do we, since the code under test must live with it.
  forwarded.on("error", () => {
    if (outgoing.headersSent) return void outgoing.destroy();
    outgoing
      .writeHead(502, { "content-type": "text/html" })
      .end("<html><head><title>502 Bad Gateway</title></head></html>");
  });
  outgoing.on("close", () => forwarded.destroy());
  incoming.pipe(forwarded);
}
