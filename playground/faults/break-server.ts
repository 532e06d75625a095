/** Breaks what the worker asks of: Kitsu's API and the studio's server. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Wish } from "./faults.ts";

const HANG_MS = 30_000;

/** Kitsu's own page goes on, for browsers say what they fetch for. True: it is answered, or never will be. */
export async function breakZou({ zou }: Wish, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  if (!zou || request.headers["sec-fetch-mode"] !== undefined) return false;
  if (zou === "logged-out") {
    if (!request.headers.cookie && !/^Bearer .+\..+\./.test(request.headers.authorization ?? "")) return false;
    response.writeHead(401, { "content-type": "application/json" }).end('{"msg":"Token has expired"}');
    return true;
  }
  if (zou === "hangs") await sleep(HANG_MS, undefined, { ref: false });
  if (zou === "dead" || zou === "hangs") response.socket?.destroy();
  else if (zou === "502")
    response.writeHead(502, { "content-type": "text/html" }).end("<title>502 Bad Gateway</title>");
  else response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Kitsu</title>");
  return true;
}

/** True: it will never be answered. */
export async function breakStudio({ studio }: Wish, response: ServerResponse): Promise<boolean> {
  if (studio === "down") response.socket?.destroy();
  else if (studio) await sleep(Number(studio) * 1_000, undefined, { ref: false });
  return studio === "down";
}
