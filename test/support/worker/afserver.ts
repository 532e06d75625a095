// An afserver in memory, which takes bytes as the real one does: it wants its header, reads exactly so many bytes, answers errors with 200, leaves
// zeros out, uses ids again, and dies of jobs that the real one dies of.
import { vi } from "vitest";

export const AFANASY_URL = "https://afanasy.studio.tld";

export type FakeJob = {
  id: number;
  serial: number;
  st: number;
  annotation: string;
  sent: Record<string, unknown>;
  blocks: { tasks_num: number; p_percentage: number; p_tasks_error: number; sent: Record<string, unknown> }[];
};

/** What befalls a request instead of an answer. `taken` did what it asked before. */
export type Fate = "answer" | "close" | "hang" | "taken-close" | "taken-hang" | Response;

export type FakeAfserver = {
  /** bodies and headers as they arrived */
  requests: { body: string; headers: Headers }[];
  messages: Record<string, unknown>[];
  jobs: Map<number, FakeJob>;
  isDead: boolean;
  /** the short form as a server might have it that shows less */
  isTerse: boolean;
  next: Fate[];
};

/** Puts it in the way of fetch, before whatever is there already. */
export function openFakeAfserver(): FakeAfserver {
  const server: FakeAfserver = {
    requests: [],
    messages: [],
    jobs: new Map(),
    isDead: false,
    isTerse: false,
    next: [],
  };
  const spy = vi.spyOn(globalThis, "fetch");
  const others = spy.getMockImplementation();
  spy.mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    if (new URL(request.url).origin !== AFANASY_URL) {
      return others?.(input, init) ?? new Response("Nobody is there", { status: 599 });
    }
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
  // It waits for the rest, and for the "{" that must come first.
  if (!(length <= bytes.length) || bytes[0] !== "{".charCodeAt(0)) return hang(request.signal);
  const answer = answerTo(server, new TextDecoder().decode(bytes.slice(0, length)));
  if (server.isDead || fate === "taken-close") throw lost();
  if (fate === "taken-hang") return hang(request.signal);
  return new Response(answer, { headers: { "content-type": "application/json", server: "afanasy/3.4.1" } });
}

const error = (text: string) => JSON.stringify({ info: { kind: "error", text } });
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const toNumbers = (value: unknown): number[] => (Array.isArray(value) ? value.map(Number) : []);

function answerTo(server: FakeAfserver, text: string): string {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return error("JSON parse error");
  }
  if (!isObject(message)) return error("JSON is not an object");
  server.messages.push(message);
  if (isObject(message.get)) return answerGet(server, message.get);
  if (isObject(message.action)) return act(server, message.action);
  if ("job" in message) return register(server, message.job);
  return error("Unknown message");
}

/** A number with a point is none to it. */
const integer = (value: unknown, byDefault: number) => (Number.isInteger(value) ? Number(value) : byDefault);

function register(server: FakeAfserver, sent: unknown): string {
  const die = () => {
    server.isDead = true;
    return "";
  };
  if (!isObject(sent) || typeof sent.user_name !== "string" || sent.user_name === "") return die();
  if (!Array.isArray(sent.blocks) || sent.blocks.length === 0) return die();
  const blocks = sent.blocks.map((block: unknown) => {
    if (!isObject(block)) return undefined;
    if ((integer(block.flags, 0) & 1) !== 0) {
      const first = integer(block.frame_first, 0);
      const count = Math.max(first, integer(block.frame_last, first)) - first + 1;
      const tasks = Math.ceil(count / Math.max(1, integer(block.frames_per_task, 1)));
      return { tasks_num: tasks, p_percentage: 0, p_tasks_error: 0, sent: block };
    }
    if (!Array.isArray(block.tasks)) return undefined;
    return { tasks_num: block.tasks.length, p_percentage: 0, p_tasks_error: 0, sent: block };
  });
  const whole = blocks.filter((block) => block !== undefined);
  if (whole.length < blocks.length) return die();
  // 1 is the server's own job.
  let id = 2;
  while (server.jobs.has(id)) id += 1;
  serials += 1;
  server.jobs.set(id, {
    id,
    serial: serials,
    st: sent.offline === true ? 513 : 1,
    annotation: "",
    sent,
    blocks: whole,
  });
  return JSON.stringify({ id, serial: serials });
}

/** Never twice, whatever is deleted. */
let serials = 41;

const STATES: readonly [bit: number, text: string][] = [
  [1, "RDY"],
  [2, "RUN"],
  [4, "WDP"],
  [8, "WTM"],
  [16, "DON"],
  [32, "ERR"],
  [512, "OFF"],
];

function describe({ id, serial, st, annotation, sent, blocks }: FakeJob, { isTerse }: FakeAfserver, isFull: boolean): object {
  const state = STATES.flatMap(([bit, text]) => ((st & bit) === 0 ? [] : ` ${text}`)).join("");
  const isShowing = isFull || !isTerse;
  return {
    name: sent.name,
    id,
    serial,
    priority: sent.priority ?? 99,
    user_name: sent.user_name,
    host_name: sent.host_name,
    ...(isShowing && annotation !== "" && { annotation }),
    ...(isShowing && sent.custom_data !== undefined && { custom_data: sent.custom_data }),
    ...(st !== 0 && { st, state }),
    blocks: blocks.map((block, number) => ({
      name: block.sent.name,
      tasks_num: block.tasks_num,
      ...(number > 0 && { block_num: number }),
      ...(block.sent.frame_first !== 0 && { frame_first: block.sent.frame_first }),
      frame_last: block.sent.frame_last,
      ...(block.p_percentage !== 0 && { p_percentage: block.p_percentage }),
      ...(block.p_tasks_error !== 0 && { p_tasks_error: block.p_tasks_error }),
      ...(isFull && { command: block.sent.command }),
    })),
  };
}

function answerGet(server: FakeAfserver, get: Record<string, unknown>): string {
  const all = [...server.jobs.values()];
  if (get.type === "users")
    return JSON.stringify({ users: [...new Set(all.map(({ sent }) => sent.user_name))].map((name) => ({ name })) });
  if (get.type !== "jobs") return error(`Invalid get type = '${get.type}'`);
  const ids = toNumbers(get.ids);
  if (ids.length === 1 && !server.jobs.has(ids[0] ?? 0)) return error("Invalid ID");
  const serialsAsked = toNumbers(get.serials);
  const users = Array.isArray(get.users) ? get.users : undefined;
  const found = all.filter(({ id, serial, sent }) => {
    if (users !== undefined) return users.includes(sent.user_name);
    if (serialsAsked.length > 0) return serialsAsked.includes(serial);
    return ids.length === 0 || ids.includes(id);
  });
  return JSON.stringify({ jobs: found.map((job) => describe(job, server, get.mode === "full")) });
}

const OPERATIONS: Readonly<Record<string, (job: FakeJob, server: FakeAfserver) => void>> = {
  start: (job) => {
    job.st &= ~512;
  },
  pause: (job) => {
    job.st |= 512;
  },
  stop: (job) => {
    job.st = (job.st & ~2) | 512;
  },
  restart_errors: (job) => {
    job.st = (job.st & ~32) | 1;
  },
  delete: (job, server) => {
    server.jobs.delete(job.id);
  },
};

function act(server: FakeAfserver, action: Record<string, unknown>): string {
  if (!action.user_name || !action.host_name) return error("User or host name is not specified");
  const jobs = toNumbers(action.ids).flatMap((id) => server.jobs.get(id) ?? []);
  if (jobs.length === 0) return error("Action node(s) not found.");
  if (isObject(action.params)) {
    for (const job of jobs) job.annotation = String(action.params.annotation ?? job.annotation);
  } else {
    const type = isObject(action.operation) ? String(action.operation.type) : "";
    const operation = OPERATIONS[type];
    if (operation === undefined) return error(`Unknown operation: ${type}`);
    for (const job of jobs) operation(job, server);
  }
  return JSON.stringify({ info: { kind: "log", text: "Action processed." } });
}
