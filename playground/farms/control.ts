/** What goes wrong at the farms, as a person at the playground or a test wants it: `POST /control/flamenco` and `/control/afanasy`. */
import type { IncomingMessage, ServerResponse } from "node:http";
import * as v from "valibot";
import { readBody } from "../request-body.ts";
import type { Farms } from "./farm.ts";
import { Wish } from "./faults.ts";

export async function answerControl(
  farms: Farms,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const farm = name === "flamenco" ? farms.flamenco : name === "afanasy" ? farms.afanasy : undefined;
  if (!farm) return send(response, 404, { error: `There is no farm ${name}: flamenco, or afanasy.` });
  // To look is to wish for nothing.
  const body = request.method === "POST" ? await readBody(request) : "{}";
  const wish = v.safeParse(v.pipe(v.string(), v.parseJson(), Wish), body);
  if (!wish.success) return send(response, 400, { error: v.summarize(wish.issues) });
  send(response, 200, { url: farm.url, ...(await farm.control(wish.output)) });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response
    .writeHead(status, { "content-type": "application/json", "cache-control": "no-store" })
    .end(JSON.stringify(body));
}
