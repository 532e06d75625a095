/** A small Flamenco Manager on its own port. It pretends to render, and keeps jobs in memory. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { RENDERED } from "../../media.ts";
import { readBody } from "../../request-body.ts";
import { openDoor } from "../door.ts";
import { type Farm, type FarmOptions, FRAME_MS } from "../farm.ts";
import { type FarmFaults, Faults } from "../faults.ts";
import { type Answer, busy, refuse } from "./answer.ts";
import { Manager } from "./manager.ts";
import { answerRequest } from "./routes.ts";

/** `minor` is the minor version: 9 for 3.9. */
export type FlamencoOptions = FarmOptions & { minor?: number; machines?: number };

export async function openFlamenco({ port, frameMs = FRAME_MS, ...more }: FlamencoOptions): Promise<Farm> {
  const manager = new Manager({ frameMs, picture: RENDERED, ...more });
  const faults = new Faults();
  const server = createServer((request, response) => {
    serve(manager, faults, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else
        send(response, { status: 500, body: { code: 500, message: `the playground failed: ${String(error)}` } }, false);
    });
  });
  const door = await openDoor(port, (socket) => server.emit("connection", socket));
  return {
    url: `http://127.0.0.1:${door.port}`,
    async control(changes) {
      manager.advance();
      faults.set(changes);
      change(manager, changes);
      if (changes.down !== undefined) await (changes.down ? door.shut() : door.open());
      const jobs = manager
        .list()
        .map(({ id, submitted: { name, metadata }, status }) => ({ id, name, metadata, status }));
      const machines = Object.fromEntries(manager.machines.map(({ name, status }) => [name, status]));
      return { down: !door.isOpen, ...faults.describe(), firstRun: manager.isFirstRun, machines, jobs };
    },
    close: () => door.shut(),
  };
}

function change(manager: Manager, { deleteJob, awake, asleep, firstRun, tag }: FarmFaults): void {
  if (deleteJob !== undefined) manager.jobs.delete(String(deleteJob));
  if (awake !== undefined) manager.wake(awake);
  if (asleep === true) manager.wake(0, "asleep");
  if (firstRun !== undefined) manager.isFirstRun = firstRun;
  if (tag !== undefined) manager.tags.push({ id: tag, name: `tag-${manager.tags.length + 1}` });
}

async function serve(
  manager: Manager,
  faults: Faults,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  const { method = "GET", url = "" } = request;
  const { pathname } = new URL(url, "http://flamenco.invalid");
  const isSubmission = method === "POST" && pathname === "/api/v3/jobs";
  if (faults.slowMs > 0) await sleep(faults.slowMs, undefined, { ref: false });
  const answer = faults.take("busyNext")
    ? busy().answer
    : isSubmission && faults.take("failNext")
      ? refuse(500, "error persisting job in database").answer
      : answerRequest(manager, { method, path: pathname, body, type: request.headers["content-type"] ?? "" });
  const isTaken = isSubmission && answer.status === 200;
  if (isTaken && faults.take("acceptThenDrop")) response.destroy();
  else send(response, answer, isTaken && faults.take("answerCut"));
}

function send(response: ServerResponse, { status, body, type, headers }: Answer, isCut: boolean): void {
  if (body === undefined) {
    response.writeHead(status, headers).end();
    return;
  }
  const isRaw = typeof body === "string" || body instanceof Uint8Array;
  const content = Buffer.from(isRaw ? body : `${JSON.stringify(body)}\n`);
  response.writeHead(status, {
    "Content-Type": type ?? "application/json; charset=UTF-8",
    "Content-Length": content.length,
    ...headers,
  });
  if (!isCut) response.end(content);
  else response.write(content.subarray(0, content.length / 2), () => response.destroy());
}
