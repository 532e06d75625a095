// The playground's Flamenco behind fetch. Its time is the test's: it passes only with `pass`.
import { vi } from "vitest";
import type { Job, Task } from "../../../playground/farms/flamenco/job.ts";
import { JOB_TYPES, type JobType } from "../../../playground/farms/flamenco/job-types-data.ts";
import { Manager } from "../../../playground/farms/flamenco/manager.ts";
import { answerRequest } from "../../../playground/farms/flamenco/routes.ts";
import { changeTask, report } from "../../../playground/farms/flamenco/state-machine.ts";
import { checkStays } from "./no-redirect.ts";

export const FLAMENCO = "https://flamenco.studio.tld";
/** How long a frame takes. */
export const FRAME_MS = 1_000;

export type FakeFlamenco = {
  manager: Manager;
  /** its time, in epoch milliseconds */
  now: () => number;
  /** Lets time pass, in which its machines render. */
  pass(ms: number): void;
  jobs: Map<string, Job>;
  /** Adds job types, or replaces those with the same names. */
  own(...types: JobType[]): void;
  /** "POST /jobs", in order */
  requests: string[];
  /** the bytes of all its answers */
  bytes: number;
  /** the most requests in flight */
  atOnceMost: number;
  latencyMs: number;
  /** for the next submissions: an answer, an error before it arrives, or a loss after it arrived */
  next: (Response | Error | "lost" | "cut")[];
  isDown: boolean;
  /** never answers these */
  isSilent: (request: string) => boolean;
  /** the headers that a proxy in front of it requires */
  access: { id: string; secret: string } | undefined;
  /** the only job: for tests of one shot */
  only(): Job;
  /**
   * Renders this many frames of a job without its machines. After the last frame, it is completed.
   */
  render(job: Job, frames: number): void;
  /** Makes these tasks fail, with this output of their program. */
  spoil(tasks: readonly (Task | undefined)[], says: string): void;
};

/** Replaces fetch for its address, and leaves other addresses to what was there before. */
export function openFakeFlamenco(): FakeFlamenco {
  let active = 0;
  let clock = Date.now();
  const manager = new Manager({ frameMs: FRAME_MS, now: () => clock, picture: new Uint8Array([0xff, 0xd8, 0xff]) });
  const fake: FakeFlamenco = {
    manager,
    now: () => clock,
    pass: (ms) => {
      clock += ms;
      manager.advance();
    },
    jobs: manager.jobs,
    own: (...types) => {
      manager.types = [...JOB_TYPES.filter(({ name }) => types.every((one) => one.name !== name)), ...types];
    },
    requests: [],
    bytes: 0,
    atOnceMost: 0,
    latencyMs: 0,
    next: [],
    isDown: false,
    isSilent: () => false,
    access: undefined,
    only: () => {
      const [job] = fake.jobs.values();
      if (job === undefined || fake.jobs.size > 1) throw new Error(`There are ${fake.jobs.size} jobs`);
      return job;
    },
    render: (job, frames) => renderFrames(job, frames, manager),
    spoil: (tasks, says) => {
      for (const task of tasks) if (task !== undefined) task.fate = { after: 0, what: "fails", says, isLuck: true };
    },
  };
  const elsewhere = vi.isMockFunction(globalThis.fetch)
    ? vi.mocked(globalThis.fetch).getMockImplementation()
    : undefined;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    if (!request.url.startsWith(FLAMENCO)) {
      if (elsewhere === undefined) throw new Error(`No test expects ${request.url}`);
      return elsewhere(input, init);
    }
    checkStays(init);
    active += 1;
    fake.atOnceMost = Math.max(fake.atOnceMost, active);
    try {
      const asked = `${request.method} ${new URL(request.url).pathname.replace("/api/v3", "")}`;
      fake.requests.push(asked);
      await scheduler.wait(fake.latencyMs);
      request.signal.throwIfAborted();
      if (fake.isDown || fake.isSilent(asked)) throw new TypeError("connection refused");
      return await answer(fake, request, asked);
    } finally {
      active -= 1;
    }
  });
  return fake;
}

async function answer(fake: FakeFlamenco, request: Request, asked: string): Promise<Response> {
  const { method, headers, url } = request;
  if (fake.access !== undefined && headers.get("cf-access-client-secret") !== fake.access.secret)
    return new Response(null, { status: 302, headers: { location: "https://studio.cloudflareaccess.com/login" } });
  const next = asked === "POST /jobs" ? fake.next.shift() : undefined;
  if (next instanceof Error) throw next;
  if (next instanceof Response) return next;
  const body = await request.text();
  const said = answerRequest(fake.manager, {
    method,
    path: new URL(url).pathname,
    body,
    type: headers.get("content-type") ?? "",
  });
  if (next === "lost") throw new TypeError("connection reset");
  const isRaw = typeof said.body === "string" || said.body instanceof Uint8Array;
  const text = isRaw
    ? new Uint8Array(new TextEncoder().encode(String(said.body)))
    : new TextEncoder().encode(JSON.stringify(said.body));
  const bytes = said.body instanceof Uint8Array ? new Uint8Array(said.body) : text;
  fake.bytes += said.body === undefined ? 0 : bytes.byteLength;
  const more = {
    status: said.status,
    headers: { "content-type": said.type ?? "application/json; charset=UTF-8", ...said.headers },
  };
  return new Response(
    said.body === undefined ? null : next === "cut" ? bytes.subarray(0, bytes.length / 2) : bytes,
    more,
  );
}

function renderFrames(job: Job, frames: number, manager: Manager): void {
  const now = manager.now();
  let left = frames;
  const begin = (task: Task) => {
    task.machine = manager.machines[0];
    if (task.status !== "active") changeTask(job, task, "active", now);
  };
  for (const task of job.tasks.filter(({ type, status }) => type === "blender" && status !== "completed")) {
    if (left === 0) return;
    begin(task);
    const some = Math.min(left, task.steps - task.stepsDone);
    left -= some;
    task.done += some;
    report(job, task, task.stepsDone + some);
    if (task.stepsDone === task.steps) changeTask(job, task, "completed", now);
  }
  const [movie] = job.tasks.filter(({ status }) => status !== "completed");
  if (movie?.type !== "ffmpeg") return;
  begin(movie);
  changeTask(job, movie, "completed", now);
}
