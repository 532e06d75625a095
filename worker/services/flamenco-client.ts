// Flamenco's manager by HTTP. It asks nobody who they are: what is in front of it does, by two headers that the worker sends. Nothing here is tried
// again: whoever submits must look first what became of it.
import * as v from "valibot";
import { Failure, findPlatformLimit } from "../failure.ts";
import { MIB, readStart, readText } from "./bounded-body.ts";
import {
  type AskedStatus,
  Blocklist,
  Configuration,
  FlamencoJob,
  type FlamencoTask,
  JobList,
  JobTypeInfo,
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
import { parseJson } from "./json.ts";

/** The longest wait for one answer. */
const ANSWER_MAX_MS = 8_000;
/** One job, a job type, all machines. */
const ANSWER_MAX_BYTES = MIB;
/** 10,000 tasks are 4 MB. */
const TASKS_MAX_BYTES = 8 * MIB;
/** 30,000 jobs. */
const LIST_MAX_BYTES = 32 * MIB;
/** It sends the last 2 kB of a log. */
const LOG_MAX_BYTES = MIB / 4;
/** What is read of a refusal. */
const REFUSAL_MAX_BYTES = 16_384;

export type FlamencoTarget = { url: string; access: { id: string; secret: string } | undefined };

export type Flamenco = {
  /** "3.9": the one is there to ask what can be asked */
  version(): Promise<{ major: number; minor: number }>;
  /** nobody has set it up yet */
  isFirstRun(): Promise<boolean>;
  jobType(name: string): Promise<JobTypeInfo>;
  /** Throws where it would not compile. Nothing is stored. */
  check(job: SubmittedJob): Promise<void>;
  submit(job: SubmittedJob): Promise<{ id: string }>;
  /** All it ever had: 1 kB each. */
  jobs(): Promise<FlamencoJob[]>;
  /** undefined: there is none */
  job(id: string): Promise<FlamencoJob | undefined>;
  tasks(id: string): Promise<FlamencoTask[]>;
  task(id: string): Promise<TaskDetail>;
  /** the end of a task's log */
  log(taskId: string): Promise<string>;
  /** which machines may not do which tasks of it any more */
  blocklist(id: string): Promise<{ worker_id: string; task_type: string }[]>;
  machines(): Promise<Machine[]>;
  machine(id: string): Promise<MachineDetail>;
  tags(): Promise<{ id: string; name: string }[]>;
  setStatus(id: string, status: AskedStatus, reason: string): Promise<void>;
  /** the address of its newest picture */
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
    check: async (job) => {
      await expect(await send("POST", "/jobs/check", job));
    },
    submit: async (job) => {
      const response = await send("POST", "/jobs", job);
      return parse(await expect(response), v.object({ id: v.string() }), "/jobs");
    },
    jobs: async () => {
      const response = await send("GET", "/jobs");
      // The list could only be had by a query before 3.6, which takes POST alone there, and answers a GET with 400 as its validator does.
      if (![400, 404, 405].includes(response.status))
        return parse(await expect(response, LIST_MAX_BYTES), JobList, "/jobs").jobs;
      await response.body?.cancel();
      return parse(await expect(await send("POST", "/jobs/query", {}), LIST_MAX_BYTES), JobList, "/jobs/query").jobs;
    },
    job: async (id) => {
      const path = `/jobs/${encodeURIComponent(id)}`;
      const response = await send("GET", path);
      if (response.status === 404 && isOwn(response)) return response.body?.cancel().then(() => undefined);
      return parse(await expect(response), FlamencoJob, path);
    },
    tasks: async (id) => (await read(`/jobs/${encodeURIComponent(id)}/tasks`, TaskList, TASKS_MAX_BYTES)).tasks ?? [],
    task: (id) => read(`/tasks/${encodeURIComponent(id)}`, TaskDetail),
    log: async (taskId) => {
      const response = await send("GET", `/tasks/${encodeURIComponent(taskId)}/logtail`);
      return response.ok ? whole(() => readStart(response, LOG_MAX_BYTES)) : expect(response);
    },
    blocklist: async (id) => (await read(`/jobs/${encodeURIComponent(id)}/blocklist`, Blocklist)) ?? [],
    machines: async () => (await read("/worker-mgt/workers", MachineList)).workers ?? [],
    machine: (id) => read(`/worker-mgt/workers/${encodeURIComponent(id)}`, MachineDetail),
    tags: async () => (await read("/worker-mgt/tags", TagList)).tags ?? [],
    setStatus: async (id, status, reason) => {
      await expect(await send("POST", `/jobs/${encodeURIComponent(id)}/setstatus`, { status, reason }));
    },
    lastRendered: async (id) => {
      const path = `/jobs/${encodeURIComponent(id)}/last-rendered`;
      const response = await send("GET", path);
      const body = await expect(response);
      if (response.status === 204) return undefined;
      const { base, suffixes } = parse(body, LastRendered, path);
      const suffix = suffixes.find((one) => one === "last-rendered.jpg") ?? suffixes[0];
      return suffix === undefined ? undefined : new URL(`${url}${base.replace(/\/+$/, "")}/${suffix}`).href;
    },
  };

  async function read<S extends v.GenericSchema>(path: string, schema: S, most?: number): Promise<v.InferOutput<S>> {
    return parse(await expect(await send("GET", path), most), schema, path);
  }

  async function send(method: string, path: string, body?: unknown): Promise<Response> {
    sent += 1;
    const overtime = AbortSignal.timeout(ANSWER_MAX_MS);
    try {
      return await fetch(`${url}/api/v3${path}`, {
        method,
        redirect: "manual",
        signal: AbortSignal.any([signal, overtime]),
        headers: {
          accept: "application/json",
          ...(body !== undefined && { "content-type": "application/json" }),
          ...(access && { "cf-access-client-id": access.id, "cf-access-client-secret": access.secret }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    } catch (cause) {
      if (signal.aborted) throw signal.reason;
      throw overtime.aborted
        ? unreachable(`Flamenco did not answer within ${ANSWER_MAX_MS / 1_000} seconds.`, cause)
        : (findPlatformLimit(cause) ?? unreachable("Flamenco could not be reached, or dropped the connection.", cause));
    }
  }

  /** The body of an answer that is none of a refusal. */
  async function expect(response: Response, most = ANSWER_MAX_BYTES): Promise<string> {
    if (response.ok) return whole(() => readText(response, most, () => tooLarge(most)));
    throw refused(response, await whole(() => readStart(response, REFUSAL_MAX_BYTES)));
  }

  async function whole(read: () => Promise<string>): Promise<string> {
    try {
      return await read();
    } catch (cause) {
      if (cause instanceof Failure) throw cause;
      throw signal.aborted ? signal.reason : unreachable("Flamenco's answer broke off.", cause);
    }
  }
}

const tooLarge = (most: number) =>
  new Failure("farm-broken", {
    text: `Flamenco answered more than ${most / MIB} MiB, which is not read.`,
    advice: "Something else may answer at FLAMENCO.url, or Flamenco's list of jobs has grown too long: ask your TD.",
    retry: true,
  });

/** A tunnel or a proxy answers in HTML, and not for the manager. */
const isOwn = ({ headers }: Response) => /json/.test(headers.get("content-type") ?? "");

function readVersion(text: string): { major: number; minor: number } {
  const [, major = "", minor = ""] = /^v?(\d+)\.(\d+)/.exec(text) ?? [];
  if (major === "3") return { major: 3, minor: Number(minor) };
  throw new Failure("farm-broken", {
    text: `This is Flamenco ${text.slice(0, 40)}, which this action server does not know: it knows 3.5 to 3.9.`,
    advice: "Tell your TD.",
  });
}

/** Before its own words, of what it has decided against. */
export const REFUSED = "Flamenco refused: ";

const Message = v.object({ message: v.string() });
/** What its engine for scripts puts around the words of a script. */
const AROUND = /^GoError: | at \S+ \((native|\S+\(\d+\))\)$/g;

function parse<S extends v.GenericSchema>(body: string, schema: S, path: string): v.InferOutput<S> {
  const parsed = v.safeParse(schema, parseJson(body));
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new Failure("farm-broken", {
    text: "Flamenco answered something that can't be understood.",
    advice:
      "Your Flamenco may be older or newer than this action server, or something else answers at FLAMENCO.url: tell your TD.",
    // It may have done what was asked: that is to be found out.
    retry: true,
    cause: new Error(`${path}: ${v.getDotPath(issue) ?? "the answer"}: ${issue.message}`),
  });
}

function refused(response: Response, body: string): Failure {
  const { status } = response;
  const said = v.safeParse(Message, parseJson(body));
  const words = said.success ? said.output.message.replace(AROUND, "").slice(0, 500) : "";
  const cause = new Error(`${status} ${body.slice(0, 500)}`);
  if ((status >= 300 && status < 400) || status === 401 || (status === 403 && words === "")) {
    return new Failure("farm-refused", {
      text: "What is in front of Flamenco does not let this action server through.",
      advice: "Your TD renews FLAMENCO_ACCESS_ID and FLAMENCO_ACCESS_SECRET.",
      cause,
    });
  }
  // A fault is no decision: it also says so of a job that it has stored, where it can't read it back.
  if (status >= 500 && words !== "") return unreachable(`Flamenco is in trouble: ${words.replace(/\.$/, "")}.`, cause);
  if (status === 412) {
    return new Failure("farm-refused", {
      text: "The job type was changed on Flamenco meanwhile.",
      advice: "Run the action again: its form is made anew.",
      cause,
    });
  }
  // Its own words are a decision. A proxy's are none.
  if (words === "" || status === 429) return unreachable(`Flamenco could not be reached: status ${status}.`, cause);
  return new Failure("farm-refused", { text: `${REFUSED}${words}`, cause });
}

const unreachable = (text: string, cause: unknown) =>
  new Failure("farm-unreachable", {
    text,
    advice: "Ask whoever looks after the farm whether Flamenco's manager is running.",
    retry: true,
    cause,
  });
