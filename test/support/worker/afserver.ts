// The playground's afserver behind fetch. It requires its header, reads the exact length, and its
// time is the test's.
import { vi } from "vitest";
import { answerMessage } from "../../../playground/farms/afanasy/answers.ts";
import type { AfJob } from "../../../playground/farms/afanasy/job.ts";
import { AfanasyJobs } from "../../../playground/farms/afanasy/jobs.ts";
import { readJson } from "../../../playground/farms/afanasy/json.ts";
import { checkStays } from "./no-redirect.ts";

export type { AfJob };
export const AFANASY_URL = "https://afanasy.studio.tld";

/** What happens to a request instead of an answer. With `taken`, it is carried out first. */
export type Fate = "answer" | "close" | "hang" | "taken-close" | "taken-hang" | Response;

export type FakeAfserver = {
  /** bodies and headers as they arrived */
  requests: { body: string; headers: Headers }[];
  messages: Record<string, unknown>[];
  farm: AfanasyJobs;
  /** its time, in epoch milliseconds */
  clock: { now: number };
  isDead: boolean;
  /** shows less in the short form of a job */
  isTerse: boolean;
  next: Fate[];
  /** Lets time pass. */
  pass(ms: number): void;
  /** Stops rendering, or starts it again. */
  setMachines(state: "online" | "offline" | "paused" | "nimby"): void;
  job(id: string | number): AfJob;
};

/** How long a frame takes. */
export const FRAME_MS = 1_000;

/** Replaces fetch for its address, and leaves other addresses to what was there before. */
export function openFakeAfserver(machines = ["node1", "node2"]): FakeAfserver {
  const clock = { now: Date.now() };
  const farm = new AfanasyJobs(FRAME_MS, () => clock.now, machines);
  const server: FakeAfserver = {
    ...{ requests: [], messages: [], farm, clock, isDead: false, isTerse: false, next: [] },
    pass: (ms) => {
      clock.now += ms;
      farm.advance();
    },
    setMachines: (state) => {
      for (const { name } of farm.machines) farm.setMachine(name, state);
    },
    job: (id) => {
      const job = farm.find(Number(id));
      if (job === undefined) throw new Error(`There is no job ${id}`);
      return job;
    },
  };
  const spy = vi.spyOn(globalThis, "fetch");
  const others = spy.getMockImplementation();
  spy.mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    if (new URL(request.url).origin !== AFANASY_URL) {
      return others?.(input, init) ?? new Response("Nobody is there", { status: 599 });
    }
    checkStays(init);
    if (!(init?.body instanceof Uint8Array)) throw new Error("A body that is no bytes may be sent in chunks");
    return take(server, request);
  });
  return server;
}

const lost = () => new Error("Network connection lost.");

const hang = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
    if (signal.aborted) reject(signal.reason);
  });

async function take(server: FakeAfserver, request: Request): Promise<Response> {
  if (server.isDead) throw lost();
  const bytes = new Uint8Array(await request.arrayBuffer());
  server.requests.push({ body: new TextDecoder().decode(bytes), headers: request.headers });
  const fate = server.next.shift();
  if (fate instanceof Response) return fate;
  if (fate === "close") throw lost();
  if (fate === "hang") return hang(request.signal);
  const header = request.headers.get("afanasy");
  if (request.method !== "POST" || header === null) throw lost();
  const length = Number(header);
  // It waits for the rest, and requires "{" as the first character.
  if (!(length <= bytes.length) || bytes[0] !== "{".charCodeAt(0)) return hang(request.signal);
  const given = readJson(new TextDecoder().decode(bytes.slice(0, length)));
  if (isObject(given)) server.messages.push(given);
  server.farm.advance();
  const answer = answerMessage(server.farm, given, server.isTerse);
  if (answer === "dies") server.isDead = true;
  if (answer === "dies" || fate === "taken-close") throw lost();
  if (fate === "taken-hang") return hang(request.signal);
  return new Response(answer.json, { headers: { "content-type": "application/json", server: "afanasy/3.4.1" } });
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
