/** `/control/flamenco` and `/control/afanasy`: GET shows what is broken at a farm, POST sets it. */
import type { IncomingMessage, ServerResponse } from "node:http";
import * as v from "valibot";
import { readBody } from "../request-body.ts";
import type { Farms } from "./farm.ts";
import { FarmFaults } from "./faults.ts";

export async function answerControl(
  farms: Farms,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const farm = name === "flamenco" ? farms.flamenco : name === "afanasy" ? farms.afanasy : undefined;
  if (!farm) return send(response, 404, { error: `There is no farm "${name}". Use flamenco or afanasy.` });
  // A GET changes nothing.
  const body = request.method === "POST" ? await readBody(request) : "{}";
  const changes = v.safeParse(v.pipe(v.string(), v.parseJson(), FarmFaults), body);
  if (!changes.success) return send(response, 400, { error: v.summarize(changes.issues) });
  send(response, 200, { url: farm.url, ...(await farm.control(changes.output)) });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response
    .writeHead(status, { "content-type": "application/json", "cache-control": "no-store" })
    .end(JSON.stringify(body));
}
