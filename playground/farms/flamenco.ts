/** A small Flamenco Manager: it takes jobs, renders them by itself, and refuses what the real one refuses. All is gone when it stops. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { readBody } from "../request-body.ts";
import { openDoor } from "./door.ts";
import { type Farm, type FarmOptions, FRAME_MS } from "./farm.ts";
import { Faults } from "./faults.ts";
import { type Answer, busy, Refusal, refuse } from "./flamenco-answer.ts";
import { FlamencoJobs } from "./flamenco-jobs.ts";
import { findRoute } from "./flamenco-routes.ts";

/** `minor` is that of its version: 9 for 3.9, 5 for one that counts no steps, has no list of jobs but the query, and can't pause. */
export type FlamencoOptions = FarmOptions & { minor?: number };

export async function openFlamenco({ port, frameMs = FRAME_MS, minor = 9 }: FlamencoOptions): Promise<Farm> {
  const jobs = new FlamencoJobs(frameMs, minor);
  const faults = new Faults();
  const server = createServer((request, response) => {
    serve(jobs, faults, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else send(response, { status: 500, body: { code: 500, message: `the playground failed: ${String(error)}` } }, false);
    });
  });
  const door = await openDoor(port, (socket) => server.emit("connection", socket));
  return {
    url: `http://127.0.0.1:${door.port}`,
    async control(wish) {
      faults.set(wish);
      if (wish.deleteJob !== undefined) jobs.delete(String(wish.deleteJob));
      if (wish.down !== undefined) await (wish.down ? door.shut() : door.open());
      jobs.advance();
      const known = jobs.list().map(({ id, submitted: { name }, status }) => ({ id, name, status }));
      return { down: !door.isOpen, ...faults.describe(), jobs: known };
    },
    close: () => door.shut(),
  };
}

async function serve(jobs: FlamencoJobs, faults: Faults, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request);
  const { method = "GET", url = "" } = request;
  const { pathname } = new URL(url, "http://flamenco.invalid");
  const isSubmission = method === "POST" && pathname === "/api/v3/jobs";
  if (faults.slowMs > 0) await sleep(faults.slowMs, undefined, { ref: false });
  jobs.advance();
  const answer = decide(() => {
    if (faults.take("busyNext")) throw busy();
    const route = findRoute(method, pathname);
    if (isSubmission && faults.take("failNext")) throw refuse(500, "error persisting job in database");
    return route.answer({ jobs, ids: route.ids, body, type: request.headers["content-type"] ?? "" });
  });
  const isTaken = isSubmission && answer.status === 200;
  if (isTaken && faults.take("acceptThenDrop")) response.destroy();
  else send(response, answer, isTaken && faults.take("answerCut"));
}

function decide(answer: () => Answer): Answer {
  try {
    return answer();
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
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
