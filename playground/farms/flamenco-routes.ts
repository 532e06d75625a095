/** The routes of the Flamenco Manager that whoever submits jobs has a use for. What is not here is not found. */
import type * as v from "valibot";
import { RENDERED } from "../media.ts";
import { type Answer, done, invalid, notFound, ok, refuse, wrongMethod } from "./flamenco-answer.ts";
import { PriorityChange, Query, readBody, StatusChange, SubmittedJob } from "./flamenco-body.ts";
import type { FlamencoTask } from "./flamenco-compile.ts";
import type { FlamencoJob, FlamencoJobs } from "./flamenco-jobs.ts";
import { drawJob, drawJobs } from "./flamenco-page.ts";
import { JOB_TYPES } from "./flamenco-types-data.ts";
import { hasPicture, writeJob, writeLog, writeTask, writeWholeTask } from "./flamenco-view.ts";

export type Asked = { jobs: FlamencoJobs; ids: readonly string[]; body: string; type: string };
type Handler = (asked: Asked) => Answer;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const PICTURES = ["last-rendered.jpg", "last-rendered-small.jpg", "last-rendered-tiny.jpg"];

const read = <Schema extends v.GenericSchema>(schema: Schema, { body, type }: Asked) => readBody(schema, body, type);
const html = (body: string): Answer => ({ status: 200, body, type: "text/html; charset=utf-8" });

function jobOf({ jobs, ids: [id = ""] }: Asked): FlamencoJob {
  if (!UUID.test(id)) throw refuse(400, "job ID not valid");
  const job = jobs.find(id);
  if (!job) throw refuse(404, "no such job");
  return job;
}

function taskOf({ jobs, ids: [id = ""] }: Asked): { job: FlamencoJob; task: FlamencoTask } {
  if (!UUID.test(id)) throw refuse(400, "bad task ID");
  const found = jobs.findTask(id);
  if (!found) throw refuse(404, "no such task");
  return found;
}

function readVersion({ jobs: { minor } }: Asked): Answer {
  const version = minor === 9 ? "3.9-beta1" : `3.${minor}`;
  return ok({ version, shortversion: `3.${minor}`, name: "Flamenco", git: "playground" });
}

function readJobType({ ids: [name] }: Asked): Answer {
  const type = JOB_TYPES.find((candidate) => candidate.name === name);
  if (!type) throw refuse(404, "no such job type known");
  return ok(type);
}

function readStatus({ jobs }: Asked): Answer {
  const statuses = jobs.list().map(({ status }) => status);
  return ok({ status: statuses.includes("active") ? "active" : statuses.includes("queued") ? "waiting" : "idle" });
}

function submit(asked: Asked): Answer {
  const job = asked.jobs.compile(read(SubmittedJob, asked));
  asked.jobs.store(job);
  return ok(writeJob(job, asked.jobs.minor));
}

function check(asked: Asked): Answer {
  asked.jobs.compile(read(SubmittedJob, asked));
  return done;
}

/** Until 3.5 the only list there was, and none after it. */
function query(asked: Asked): Answer {
  if (asked.jobs.minor >= 6) throw notFound();
  const { status_in, metadata = {}, offset = 0, limit = Number.POSITIVE_INFINITY } = read(Query, asked);
  const found = asked.jobs.list().filter(({ status, submitted }) => {
    const isAsked = Object.entries(metadata).every(([key, value]) => submitted.metadata?.[key] === value);
    return isAsked && (status_in === undefined || status_in.includes(status));
  });
  return ok({ jobs: found.slice(offset, offset + limit).map((job) => writeJob(job, asked.jobs.minor)) });
}

function list({ jobs }: Asked): Answer {
  if (jobs.minor < 6) throw invalid("method not allowed");
  return ok({ jobs: jobs.list().map((job) => writeJob(job, jobs.minor)) });
}

/** The deletion is queued, and the job is there until it is done. */
function remove(asked: Asked): Answer {
  jobOf(asked).deleteRequestedAt ??= Date.now();
  return done;
}

function changeStatus(asked: Asked): Answer {
  const { status, reason } = read(StatusChange, asked);
  asked.jobs.ask(jobOf(asked), status, reason);
  return done;
}

function changePriority(asked: Asked): Answer {
  const { priority } = read(PriorityChange, asked);
  jobOf(asked).priority = priority;
  return done;
}

/** It looks for a file, and not for the job. */
function readLastRendered({ jobs, ids: [id = ""] }: Asked): Answer {
  if (!UUID.test(id)) throw refuse(400, "job ID should be a UUID");
  const job = jobs.find(id);
  return job && hasPicture(job) ? ok({ base: `/job-files/job-${id.slice(0, 4)}/${id}`, suffixes: PICTURES }) : done;
}

/** It looks for tasks, and not for the job. */
function listTasks({ jobs, ids: [id = ""] }: Asked): Answer {
  if (!UUID.test(id)) throw refuse(400, "job ID not valid");
  const job = jobs.find(id);
  return ok({ tasks: job?.tasks.map((task) => writeTask(job, task, jobs.minor)) ?? [] });
}

function readPicture(asked: Asked): Answer {
  const { jobs, ids } = asked;
  const job = jobs.find(ids[1] ?? "");
  if (!job || !PICTURES.includes(ids[2] ?? "") || !hasPicture(job)) throw notFound();
  return { status: 200, body: RENDERED, type: "image/jpeg", headers: { "Cache-Control": "no-cache" } };
}

function readLogTail(asked: Asked): Answer {
  const { job, task } = taskOf(asked);
  const log = writeLog(job, task);
  return log === "" ? done : { status: 200, body: log, type: "text/plain; charset=UTF-8" };
}

const SHARED = { location: "/mnt/render" };

/** A star takes one part of the path. */
const ROUTES: Readonly<Record<string, Handler>> = {
  "GET /api/v3/version": readVersion,
  "GET /api/v3/configuration": () => ok({ storageLocation: SHARED.location, shamanEnabled: false, isFirstRun: false }),
  "GET /api/v3/configuration/shared-storage/*/*": ({ ids: [audience, platform] }) =>
    ok({ ...SHARED, audience, platform, shamanEnabled: false }),
  "GET /api/v3/configuration/variables/*/*": () => ok({ prod: { is_twoway: true, value: "/mnt/prod" } }),
  "GET /api/v3/status": readStatus,
  "GET /api/v3/jobs/types": () => ok({ job_types: JOB_TYPES }),
  "GET /api/v3/jobs/type/*": readJobType,
  "POST /api/v3/jobs/check": check,
  "POST /api/v3/jobs/query": query,
  "POST /api/v3/jobs": submit,
  "GET /api/v3/jobs": list,
  "GET /api/v3/jobs/*": (asked) => ok(writeJob(jobOf(asked), asked.jobs.minor)),
  "DELETE /api/v3/jobs/*": remove,
  "POST /api/v3/jobs/*/setstatus": changeStatus,
  "POST /api/v3/jobs/*/setpriority": changePriority,
  "GET /api/v3/jobs/*/tasks": listTasks,
  "GET /api/v3/jobs/*/last-rendered": readLastRendered,
  "GET /api/v3/tasks/*": (asked) => {
    const { job, task } = taskOf(asked);
    return ok(writeWholeTask(job, task, asked.jobs.minor));
  },
  "GET /api/v3/tasks/*/logtail": readLogTail,
  "GET /job-files/job-*/*/*": readPicture,
  "GET /app/jobs/*": (asked) => html(drawJob(jobOf(asked), asked.jobs.minor)),
  "GET /app/jobs": ({ jobs }) => html(drawJobs(jobs.list())),
  "GET /": ({ jobs }) => html(drawJobs(jobs.list())),
};

const PATTERNS = Object.entries(ROUTES).map(([name, answer]) => {
  const [method = "", path = ""] = name.split(" ");
  return { method, path: new RegExp(`^${path.replaceAll("*", "([^/]+)")}$`), answer };
});

/** @throws a Refusal where there is no such route */
export function findRoute(method: string, path: string): { ids: string[]; answer: Handler } {
  const known = PATTERNS.filter((pattern) => pattern.path.test(path));
  const found = known.find((pattern) => pattern.method === method);
  if (!found) throw known.length > 0 ? wrongMethod() : notFound();
  return { ids: (found.path.exec(path)?.slice(1) ?? []).map(decodeURIComponent), answer: found.answer };
}
