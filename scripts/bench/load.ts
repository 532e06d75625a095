// A process that puts one server under load: keep-alive connections that repeat the same request as
// soon as it is answered. It does without Node's HTTP client, which costs more per request than the
// measured servers.

import { connect } from "node:net";
import { json } from "node:stream/consumers";
import * as v from "valibot";
import { LOAD_CORE, launch } from "./target.ts";

const Load = v.object({ port: v.number(), request: v.string(), seconds: v.number() });
export type Load = v.InferOutput<typeof Load>;

const Measured = v.object({
  /** answered calls, including those of the warm-up */
  calls: v.number(),
  perSecond: v.number(),
  p50Ms: v.number(),
  /** answers with another status than 200, and broken connections */
  failed: v.number(),
  /**
   * the share of a core that the load itself took: near 1, the load was the limit, not the server
   */
  cpuShare: v.number(),
});
export type Measured = v.InferOutput<typeof Measured>;

const CONNECTIONS = 32;
const WARM_UP_MS = 1_000;

/** Runs the load in a process of its own. */
export async function measure(load: Load): Promise<Measured> {
  const { stdin, stdout } = launch(
    { file: process.execPath, args: [import.meta.filename], options: { stdio: ["pipe", "pipe", "inherit"] } },
    LOAD_CORE,
  );
  if (stdin === null || stdout === null) throw new Error("The load process has no input or output.");
  stdin.end(JSON.stringify(load));
  return v.parse(Measured, await json(stdout));
}

async function run({ port, request, seconds }: Load): Promise<Measured> {
  const bytes = Buffer.from(request, "latin1");
  const start = performance.now() + WARM_UP_MS;
  const end = start + seconds * 1_000;
  const durations: number[] = [];
  let calls = 0;
  let failed = 0;

  for (let count = 0; count < CONNECTIONS; count += 1) open();
  await sleepUntil(start);
  const before = process.cpuUsage();
  await sleepUntil(end);
  const { user, system } = process.cpuUsage(before);

  durations.sort((a, b) => a - b);
  return {
    calls,
    perSecond: durations.length / seconds,
    p50Ms: durations[durations.length >> 1] ?? 0,
    failed,
    cpuShare: (user + system) / 1_000_000 / seconds,
  };

  function open(): void {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    let received: Buffer = Buffer.alloc(0);
    let sentAt = 0;
    let isWaiting = true;
    const send = () => {
      sentAt = performance.now();
      socket.write(bytes);
    };
    socket.on("connect", send);
    socket.on("data", (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const answer = readAnswer(received);
      if (answer === undefined) return;
      received = Buffer.alloc(0);
      const now = performance.now();
      calls += 1;
      if (answer.status !== 200) failed += 1;
      else if (now >= start && now < end) durations.push(now - sentAt);
      if (!answer.isLast) return send();
      isWaiting = false;
      socket.end();
    });
    socket.on("error", () => socket.destroy());
    // Some servers close the connection after each answer, for example gunicorn's sync workers.
    socket.on("close", () => {
      if (isWaiting) failed += 1;
      if (performance.now() < end) setImmediate(open);
    });
  }
}

/** The first answer in these bytes; undefined until it is complete. */
function readAnswer(bytes: Buffer): { status: number; isLast: boolean } | undefined {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd === -1) return undefined;
  const head = bytes.toString("latin1", 0, headEnd);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  const isComplete =
    length === undefined
      ? bytes.toString("latin1", bytes.length - 5) === "0\r\n\r\n"
      : bytes.length >= headEnd + 4 + Number(length);
  return isComplete ? { status: Number(head.slice(9, 12)), isLast: /\r\nconnection: *close/i.test(head) } : undefined;
}

const sleepUntil = (time: number) => new Promise((resolve) => setTimeout(resolve, time - performance.now()));

if (import.meta.main) {
  process.stdout.write(JSON.stringify(await run(v.parse(Load, await json(process.stdin)))), () => process.exit());
}
