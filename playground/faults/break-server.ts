/** Breaks the servers that the worker calls: Kitsu's API and the studio's server. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { FaultModes } from "./faults.ts";

const HANG_MS = 30_000;

/**
 * Spares Kitsu's own page: browsers send Sec-Fetch-Mode.
 * @returns whether the request has been dealt with
 */
export async function breakZou(
  { zou }: FaultModes,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
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

/** @returns whether the request has been dealt with */
export async function breakStudio({ studio }: FaultModes, response: ServerResponse): Promise<boolean> {
  if (studio === "down") response.socket?.destroy();
  else if (studio) await sleep(Number(studio) * 1_000, undefined, { ref: false });
  return studio === "down";
}
