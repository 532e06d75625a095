// Flamenco's manager, over HTTP. It has no authentication of its own; Cloudflare Access in front of
// it takes a service token from two headers. Nothing is retried here: check for the job before you
// submit it again.
import * as v from "valibot";
import { Failure } from "../format/failure.ts";
import { isMessage, message, type Text } from "../format/message.ts";
import {
  type AskedStatus,
  Blocklist,
  Configuration,
  FlamencoJob,
  type FlamencoTask,
  JobList,
  JobTypeInfo,
  JobTypeList,
  LastRendered,
  type Machine,
  MachineDetail,
  MachineList,
  type SubmittedJob,
  TagList,
  TaskDetail,
  TaskList,
  Version,
} from "./flamenco-objects.ts";
import {
  type AccessToken,
  accessHeaders,
  describeMismatch,
  type HttpAnswer,
  HttpError,
  MIB,
  parseJson,
  sendRequest,
  startDeadline,
} from "./http.ts";

const ANSWER_MAX_MS = 8_000;
/** For one job, a job type or all machines. */
const ANSWER_MAX_BYTES = MIB;
/** 10,000 tasks are 4 MB. */
const TASKS_MAX_BYTES = 8 * MIB;
/** 30,000 jobs. */
const LIST_MAX_BYTES = 32 * MIB;
/** Flamenco sends the last 2 kB of a log. */
const LOG_MAX_BYTES = MIB / 4;
const ERROR_MAX_BYTES = 16_384;

export type FlamencoTarget = { url: string; access: AccessToken | undefined };

export type Flamenco = {
  /** "3.9" */
  version(): Promise<{ major: number; minor: number }>;
  /** Flamenco has not been set up yet */
  isFirstRun(): Promise<boolean>;
  jobType(name: string): Promise<JobTypeInfo>;
  /** the names of all job types */
  jobTypes(): Promise<string[]>;
  /** Throws if the job would not compile. Flamenco stores nothing. */
  check(job: SubmittedJob): Promise<void>;
  submit(job: SubmittedJob): Promise<{ id: string }>;
  /** All jobs that were ever submitted: 1 kB each. */
  jobs(): Promise<FlamencoJob[]>;
  /** undefined: the job does not exist */
  job(id: string): Promise<FlamencoJob | undefined>;
  tasks(id: string): Promise<FlamencoTask[]>;
  task(id: string): Promise<TaskDetail>;
  /** the end of a task's log */
  log(taskId: string): Promise<string>;
  /** which machines may no longer run which of its task types */
  blocklist(id: string): Promise<{ worker_id: string; task_type: string }[]>;
  machines(): Promise<Machine[]>;
  machine(id: string): Promise<MachineDetail>;
  tags(): Promise<{ id: string; name: string }[]>;
  setStatus(id: string, status: AskedStatus, reason: string): Promise<void>;
  /** the URL of its newest picture */
  lastRendered(id: string): Promise<string | undefined>;
  /** how many requests were sent */
  requests(): number;
};

export function openFlamenco({ url, access }: FlamencoTarget, signal: AbortSignal): Flamenco {
  let sent = 0;
  return {
    requests: () => sent,
    version: async () => readVersion((await read("/version", Version)).version),
    isFirstRun: async () => (await read("/configuration", Configuration)).isFirstRun,
    jobType: (name) => read(`/jobs/type/${encodeURIComponent(name)}`, JobTypeInfo),
    jobTypes: async () => (await read("/jobs/types", JobTypeList)).job_types.map(({ name }) => name),
    check: async (job) => {
      await readBody(await send("POST", "/jobs/check", job));
    },
    submit: async (job) => {
      const answer = await send("POST", "/jobs", job);
      return parse(await readBody(answer), v.object({ id: v.string() }), "/jobs");
    },
    jobs: async () => {
      const answer = await send("GET", "/jobs");
      // Before 3.6 the list was only available as a query by POST; a GET is answered with 400 by
      // its validator.
      if (![400, 404, 405].includes(answer.status))
        return parse(await readBody(answer, LIST_MAX_BYTES), JobList, "/jobs").jobs;
      await answer.discard();
      const queried = await send("POST", "/jobs/query", {});
      return parse(await readBody(queried, LIST_MAX_BYTES), JobList, "/jobs/query").jobs;
    },
    job: async (id) => {
      const path = `/jobs/${encodeURIComponent(id)}`;
      const answer = await send("GET", path);
      if (answer.status === 404 && isFromFlamenco(answer)) return answer.discard().then(() => undefined);
      return parse(await readBody(answer), FlamencoJob, path);
    },
    tasks: async (id) => (await read(`/jobs/${encodeURIComponent(id)}/tasks`, TaskList, TASKS_MAX_BYTES)).tasks ?? [],
    task: (id) => read(`/tasks/${encodeURIComponent(id)}`, TaskDetail),
    log: async (taskId) => {
      const answer = await send("GET", `/tasks/${encodeURIComponent(taskId)}/logtail`);
      return answer.isOk ? translate(answer.readStart(LOG_MAX_BYTES)) : readBody(answer);
    },
    blocklist: async (id) => (await read(`/jobs/${encodeURIComponent(id)}/blocklist`, Blocklist)) ?? [],
    machines: async () => (await read("/worker-mgt/workers", MachineList)).workers ?? [],
    machine: (id) => read(`/worker-mgt/workers/${encodeURIComponent(id)}`, MachineDetail),
    tags: async () => (await read("/worker-mgt/tags", TagList)).tags ?? [],
    setStatus: async (id, status, reason) => {
      await readBody(await send("POST", `/jobs/${encodeURIComponent(id)}/setstatus`, { status, reason }));
    },
    lastRendered: async (id) => {
      const path = `/jobs/${encodeURIComponent(id)}/last-rendered`;
      const answer = await send("GET", path);
      const body = await readBody(answer);
      if (answer.status === 204) return undefined;
      const { base, suffixes } = parse(body, LastRendered, path);
      const suffix = suffixes.find((one) => one === "last-rendered.jpg") ?? suffixes[0];
      return suffix === undefined ? undefined : new URL(`${url}${base.replace(/\/+$/, "")}/${suffix}`).href;
    },
  };

  async function read<S extends v.GenericSchema>(path: string, schema: S, most?: number): Promise<v.InferOutput<S>> {
    return parse(await readBody(await send("GET", path), most), schema, path);
  }

  function send(method: string, path: string, body?: unknown): Promise<HttpAnswer> {
    sent += 1;
    return translate(
      sendRequest({
        server: "Flamenco",
        url: `${url}/api/v3${path}`,
        method,
        headers: {
          accept: "application/json",
          ...(body !== undefined && { "content-type": "application/json" }),
          ...accessHeaders(access),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal,
        deadline: startDeadline(ANSWER_MAX_MS),
      }),
    );
  }
}

/** The body of a successful answer. */
async function readBody(answer: HttpAnswer, maxBytes = ANSWER_MAX_BYTES): Promise<string> {
  if (answer.isOk) return translate(answer.readText(maxBytes));
  throw refused(answer, await translate(answer.readStart(ERROR_MAX_BYTES)));
}

async function translate<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (thrown) {
    if (!(thrown instanceof HttpError)) throw thrown;
    throw thrown.kind === "too-large" ? tooLarge(thrown) : unreachable(thrown.text, thrown.cause);
  }
}

const tooLarge = (error: HttpError) =>
  new Failure("farm-broken", { text: error.text, advice: message("flamenco.checkAddress"), retry: true });

/** A tunnel or proxy in front of Flamenco answers in HTML. */
const isFromFlamenco = ({ contentType }: HttpAnswer) => /json/.test(contentType);

function readVersion(text: string): { major: number; minor: number } {
  const [, major = "", minor = ""] = /^v?(\d+)\.(\d+)/.exec(text) ?? [];
  if (major === "3") return { major: 3, minor: Number(minor) };
  throw new Failure("farm-broken", {
    text: message("flamenco.wrongVersion", { version: text.slice(0, 40) }),
    advice: message("flamenco.tellTd"),
  });
}

/** Flamenco's own words, if the text says that it refused. */
export function readRefusal(text: Text): string | undefined {
  if (typeof text === "string" || !isMessage(text) || text.key !== "flamenco.refused") return undefined;
  const words = text.values?.words;
  return typeof words === "string" ? words : undefined;
}

const ErrorBody = v.object({ message: v.string() });
/** Flamenco's script engine wraps the error messages of job types in this. */
const SCRIPT_ERROR_WRAPPER = /^GoError: | at \S+ \((native|\S+\(\d+\))\)$/g;

function parse<S extends v.GenericSchema>(body: string, schema: S, path: string): v.InferOutput<S> {
  const parsed = v.safeParse(schema, parseJson(body));
  if (parsed.success) return parsed.output;
  throw new Failure("farm-broken", {
    text: message("flamenco.badFormat"),
    advice: message("flamenco.checkVersion"),
    // Flamenco may have done what it was asked to. The next attempt finds out.
    retry: true,
    cause: describeMismatch(path, parsed.issues[0]),
  });
}

function refused({ status }: HttpAnswer, body: string): Failure {
  const error = v.safeParse(ErrorBody, parseJson(body));
  const words = error.success ? error.output.message.replace(SCRIPT_ERROR_WRAPPER, "").slice(0, 500) : "";
  const cause = new Error(`${status} ${body.slice(0, 500)}`);
  if ((status >= 300 && status < 400) || status === 401 || (status === 403 && words === "")) {
    return new Failure("farm-refused", {
      text: message("flamenco.proxyRefused"),
      advice: message("flamenco.renewAccess"),
      cause,
    });
  }
  // A server error is not a refusal: Flamenco also answers so after storing a job that it can't
  // read back.
  if (status >= 500 && words !== "")
    return unreachable(message("flamenco.failed", { words: words.replace(/\.$/, "") }), cause);
  if (status === 412) {
    return new Failure("farm-refused", {
      text: message("flamenco.jobTypeChanged"),
      advice: message("flamenco.getNewForm"),
      cause,
    });
  }
  // Without a message of Flamenco's, a proxy answered.
  if (words === "" || status === 429)
    return unreachable(message("flamenco.unreachable", { status: String(status) }), cause);
  return new Failure("farm-refused", { text: message("flamenco.refused", { words }), cause });
}

const unreachable = (text: Text, cause: unknown) =>
  new Failure("farm-unreachable", {
    text,
    advice: message("flamenco.isItRunning"),
    retry: true,
    cause,
  });
