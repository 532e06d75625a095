// A Flamenco manager in memory, which refuses what the real one refuses, and lets itself be asked for what the real one of its version can be asked.
import * as v from "valibot";
import { vi } from "vitest";

export const FLAMENCO = "https://flamenco.studio.tld";

const Submitted = v.object({
  name: v.string(),
  type: v.string(),
  priority: v.pipe(v.number(), v.integer()),
  submitter_platform: v.picklist(["linux", "windows", "darwin", "manager"]),
  type_etag: v.optional(v.string()),
  settings: v.optional(v.record(v.string(), v.unknown()), {}),
  metadata: v.optional(v.record(v.string(), v.string()), {}),
  worker_tag: v.optional(v.pipe(v.string(), v.uuid())),
});
export type Submitted = v.InferOutput<typeof Submitted>;
export type FakeJob = Submitted & {
  id: string;
  status: string;
  activity: string;
  steps_completed: number;
  steps_total: number;
  tasks: string[];
  /** the end of the log of each of its tasks */
  log?: string;
  picture?: string;
};

export type FakeFlamenco = {
  /** of its version: 9 of 3.9 */
  minor: number;
  jobs: Map<string, FakeJob>;
  types: Record<string, unknown>[];
  /** "POST /jobs", in order */
  requests: string[];
  /** the most at once */
  atOnceMost: number;
  latencyMs: number;
  /** what the next submissions get: an answer, an error before it arrives, or one after it was taken */
  next: (Response | Error | "lost" | "cut")[];
  isDown: boolean;
  /** what has to be in the headers for whoever is in front of it */
  access: { id: string; secret: string } | undefined;
  /** the only job: for tests of one shot */
  only(): FakeJob;
  /** Renders so many frames of a job; at the end of it, it is completed. */
  render(job: FakeJob, frames: number): void;
};

const TRANSITIONS: Readonly<Record<string, readonly string[]>> = {
  "cancel-requested": ["queued", "active", "paused", "pause-requested", "failed"],
  "pause-requested": ["queued", "active", "canceled"],
  requeueing: ["completed", "canceled", "failed", "paused"],
};
/** What a status that was asked for becomes when the farm did it. */
const RESULTS: Readonly<Record<string, string>> = {
  "cancel-requested": "canceled",
  "pause-requested": "paused",
  requeueing: "queued",
};

const json = (value: unknown, status = 200) => Response.json(value, { status });
const coded = (status: number, message: string) => json({ code: status, message }, status);

/** Puts it in the way of fetch, before whatever is there already. */
export function openFakeFlamenco(): FakeFlamenco {
  let active = 0;
  const fake: FakeFlamenco = {
    minor: 9,
    jobs: new Map(),
    types: [],
    requests: [],
    atOnceMost: 0,
    latencyMs: 0,
    next: [],
    isDown: false,
    access: undefined,
    only: () => {
      const [job] = fake.jobs.values();
      if (job === undefined || fake.jobs.size > 1) throw new Error(`There are ${fake.jobs.size} jobs`);
      return job;
    },
    render: (job, frames) => {
      job.steps_completed = Math.min(job.steps_total, job.steps_completed + frames);
      const done = Math.floor((job.tasks.length * job.steps_completed) / job.steps_total);
      job.tasks = job.tasks.map((_, index) => (index < done ? "completed" : index === done ? "active" : "queued"));
      job.status = job.steps_completed === job.steps_total ? "completed" : "active";
    },
  };
  const elsewhere = vi.isMockFunction(globalThis.fetch) ? vi.mocked(globalThis.fetch).getMockImplementation() : undefined;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    if (!request.url.startsWith(FLAMENCO)) {
      if (elsewhere === undefined) throw new Error(`No test expects ${request.url}`);
      return elsewhere(input, init);
    }
    active += 1;
    fake.atOnceMost = Math.max(fake.atOnceMost, active);
    try {
      const path = new URL(request.url).pathname.replace("/api/v3", "");
      fake.requests.push(`${request.method} ${path}`);
      await scheduler.wait(fake.latencyMs);
      request.signal.throwIfAborted();
      if (fake.isDown) throw new TypeError("connection refused");
      return await answer(fake, request, path);
    } finally {
      active -= 1;
    }
  });
  return fake;
}

async function answer(fake: FakeFlamenco, request: Request, path: string): Promise<Response> {
  const { method, headers } = request;
  const { access, minor, jobs } = fake;
  if (access !== undefined && headers.get("cf-access-client-secret") !== access.secret)
    return new Response(null, { status: 302, headers: { location: "https://studio.cloudflareaccess.com/login" } });
  const body: unknown = method === "POST" ? await request.json().catch(() => undefined) : undefined;
  const [, id = "", rest = ""] = /^\/jobs\/([^/]+)(\/.*)?$/.exec(path) ?? [];
  switch (`${method} ${path}`) {
    case "GET /version":
      return json({ version: `3.${minor}-beta1`, shortversion: `3.${minor}`, name: "Flamenco", git: "v3" });
    case "GET /jobs":
      return minor >= 6
        ? json({ jobs: [...jobs.values()].map((job) => show(fake, job)) })
        : json({ message: "method not allowed" }, 400);
    case "POST /jobs/query":
      return minor >= 6 ? coded(404, "not found") : json({ jobs: [...jobs.values()].map((job) => show(fake, job)) });
    case "POST /jobs/check":
      return refuse(fake, body) ?? new Response(null, { status: 204 });
    case "POST /jobs":
      return submit(fake, body);
  }
  const [, type] = /^\/jobs\/type\/([^/]+)$/.exec(path) ?? [];
  if (type !== undefined) {
    const found = fake.types.find(({ name }) => name === decodeURIComponent(type));
    return found === undefined ? coded(404, "job type not found") : json(found);
  }
  const [, task = ""] = /^\/tasks\/(.+)\/logtail$/.exec(path) ?? [];
  const logged = [...jobs.values()].find(({ tasks, id: own }) => tasks.some((_, index) => `${own}-${index}` === task));
  if (logged !== undefined) return logged.log === undefined ? new Response(null, { status: 204 }) : new Response(logged.log);
  const job = jobs.get(id);
  if (job === undefined) return coded(404, "no such job");
  switch (`${method} ${rest}`) {
    case "GET ":
      return json(show(fake, job));
    case "GET /tasks":
      return json({ tasks: job.tasks.map((status, index) => ({ id: `${job.id}-${index}`, name: `render-${index}`, status })) });
    case "GET /last-rendered":
      if (job.picture === undefined) return new Response(null, { status: 204 });
      return json({ base: `/job-files/${job.id}`, suffixes: ["last-rendered.jpg", "last-rendered-small.jpg"] });
    case "POST /setstatus": {
      const { status, reason } = v.parse(v.object({ status: v.string(), reason: v.string() }), body);
      if (!TRANSITIONS[status]?.includes(job.status) || (status === "pause-requested" && minor < 6))
        return coded(422, `cannot change job status from "${job.status}" to "${status}"`);
      job.status = RESULTS[status] ?? status;
      job.activity = `Changed to status "${job.status}": ${reason}`;
      return new Response(null, { status: 204 });
    }
  }
  return coded(404, "not found");
}

function show({ minor }: FakeFlamenco, { tasks: _, log: __, steps_completed, steps_total, ...job }: FakeJob) {
  return { ...job, created: "2026-11-23T10:00:00Z", ...(minor >= 8 && { steps_completed, steps_total }) };
}

function submit(fake: FakeFlamenco, body: unknown): Response {
  const next = fake.next.shift();
  if (next instanceof Error) throw next;
  if (next instanceof Response) return next;
  const refusal = refuse(fake, body);
  if (refusal !== undefined) return refusal;
  const submitted = v.parse(Submitted, body);
  const frames = countFrames(String(submitted.settings.frames));
  const chunks = Math.ceil(frames / Number(submitted.settings.chunk_size));
  const id = crypto.randomUUID();
  fake.jobs.set(id, {
    ...submitted,
    id,
    status: "queued",
    activity: "New job",
    steps_completed: 0,
    steps_total: frames,
    tasks: Array.from({ length: chunks }, () => "queued"),
  });
  if (next === "lost") throw new TypeError("connection reset");
  return next === "cut" ? new Response(`{"id":"${id.slice(0, 9)}`) : json({ ...submitted, id, status: "queued" });
}

const countFrames = (frames: string) =>
  frames.split(",").reduce((sum, range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return sum + last - first + 1;
  }, 0);

/** What the job compiler and the validator before it say. */
function refuse({ types }: FakeFlamenco, body: unknown): Response | undefined {
  const parsed = v.safeParse(Submitted, body);
  if (!parsed.success) return json({ message: `doesn't match the schema: ${v.getDotPath(parsed.issues[0])}` }, 400);
  const { type, type_etag, settings } = parsed.output;
  const known = types.find(({ name }) => name === type);
  if (known === undefined && type !== "simple-blender-render") return coded(400, `job type unknown: ${type}`);
  if (type_etag !== undefined && type_etag !== known?.etag) return coded(412, "job type etag mismatch");
  if (known !== undefined) return undefined;
  if (["FFMPEG", "AVI_JPEG", "AVI_RAW"].includes(String(settings.format)))
    return coded(400, `This job type only renders images, and not "${settings.format}"`);
  const chunk = settings.chunk_size;
  if (typeof chunk !== "number" || !Number.isInteger(chunk) || chunk < 1) return coded(400, "invalid chunk size");
  if (typeof settings.frames !== "string" || !/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(settings.frames))
    return coded(400, "invalid frames");
  const path = settings.render_output_path;
  if (typeof path !== "string" || !path.endsWith("/######")) return coded(400, "no render_output_path setting!");
  return typeof settings.blendfile === "string" ? undefined : coded(400, "no blendfile setting!");
}
