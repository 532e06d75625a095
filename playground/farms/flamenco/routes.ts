/** The routes of the Flamenco Manager that submitters use. Any other route is 404. */
import type * as v from "valibot";
import { type Answer, done, invalid, notFound, ok, Refusal, refuse, wrongMethod } from "./answer.ts";
import { NewTag, PriorityChange, Query, readBody, StatusChange, SubmittedJob } from "./body.ts";
import type { Job, Task } from "./job.ts";
import { tailOf } from "./log.ts";
import type { Manager } from "./manager.ts";
import { drawJob, drawJobs } from "./page.ts";
import { hasPicture, writeJob, writeMachine, writeTask, writeWholeMachine, writeWholeTask } from "./view.ts";

export type ManagerRequest = { method: string; path: string; body: string; type: string };
type Asked = { manager: Manager; ids: readonly string[]; body: string; type: string };
type Handler = (asked: Asked) => Answer;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const PICTURES = ["last-rendered.jpg", "last-rendered-small.jpg", "last-rendered-tiny.jpg"];

const read = <Schema extends v.GenericSchema>(schema: Schema, { body, type }: Asked) => readBody(schema, body, type);
const html = (body: string): Answer => ({ status: 200, body, type: "text/html; charset=utf-8" });

function jobOf({ manager: { jobs }, ids: [id = ""] }: Asked): Job {
  if (!UUID.test(id)) throw refuse(400, "job ID not valid");
  const job = jobs.get(id);
  if (!job) throw refuse(404, "no such job");
  return job;
}

function taskOf({ manager, ids: [id = ""] }: Asked): { job: Job; task: Task } {
  if (!UUID.test(id)) throw refuse(400, "bad task ID");
  const found = manager.findTask(id);
  if (!found) throw refuse(404, "no such task");
  return found;
}

/** `name` is what the studio has called its manager. */
function readVersion({ manager: { minor } }: Asked): Answer {
  const [version, shortversion] = minor === 9 ? ["3.9-beta1 (playground)", "3.9-beta1"] : [`3.${minor}`, `3.${minor}`];
  return ok({ git: "playground", name: "Playground", shortversion, version });
}

function readJobType({ manager: { types }, ids: [name] }: Asked): Answer {
  const type = types.find((candidate) => candidate.name === name);
  if (!type) throw refuse(404, "no such job type known");
  return ok(type);
}

function readStatus({ manager: { jobs, machines } }: Asked): Answer {
  const is = (status: string) => machines.some((machine) => machine.status === status);
  const has = (status: string) => [...jobs.values()].some((job) => job.status === status);
  if (!is("awake") && !is("asleep")) return ok({ status: "inoperative" });
  if (has("active") && is("awake")) return ok({ status: "active" });
  if (has("active") || has("queued")) return ok({ status: "waiting" });
  return ok({ status: is("awake") ? "idle" : "asleep" });
}

function readMachine({ manager, ids: [id = ""] }: Asked): Answer {
  if (!UUID.test(id)) throw refuse(400, "not a valid UUID");
  const machine = manager.machines.find((one) => one.id === id);
  if (machine === undefined) throw refuse(404, `worker "${id}" not found`);
  return ok(writeWholeMachine(machine, manager.now(), manager.minor));
}

function makeTag(asked: Asked): Answer {
  const tag = { id: crypto.randomUUID(), name: read(NewTag, asked).name };
  asked.manager.tags.push(tag);
  return ok(tag);
}

function removeTag({ manager: { tags }, ids: [id] }: Asked): Answer {
  const index = tags.findIndex((tag) => tag.id === id);
  if (index < 0) throw refuse(404, `worker tag "${id}" not found`);
  tags.splice(index, 1);
  return done;
}

function readBlocklist({ manager: { jobs }, ids: [id = ""] }: Asked): Answer {
  if (!UUID.test(id)) throw refuse(400, "job ID should be a UUID");
  const blocked = jobs.get(id)?.blocked ?? [];
  return ok(
    blocked.map(({ machine, type }) => ({ task_type: type, worker_id: machine.id, worker_name: machine.name })),
  );
}

function submit(asked: Asked): Answer {
  const { manager } = asked;
  const job = manager.compile(read(SubmittedJob, asked));
  manager.store(job);
  return ok(writeJob(job, manager.minor));
}

function check(asked: Asked): Answer {
  asked.manager.compile(read(SubmittedJob, asked));
  return done;
}

/** The only list of jobs until 3.5; later versions do not have it. */
function query(asked: Asked): Answer {
  const { minor } = asked.manager;
  if (minor >= 6) throw notFound();
  const { status_in, metadata = {}, offset = 0, limit = Number.POSITIVE_INFINITY } = read(Query, asked);
  const found = asked.manager.list().filter(({ status, submitted }) => {
    const isAsked = Object.entries(metadata).every(([key, value]) => submitted.metadata?.[key] === value);
    return isAsked && (status_in === undefined || status_in.includes(status));
  });
  return ok({ jobs: found.slice(offset, offset + limit).map((job) => writeJob(job, minor)) });
}

function list({ manager }: Asked): Answer {
  if (manager.minor < 6) throw invalid("method not allowed");
  return ok({ jobs: manager.list().map((job) => writeJob(job, manager.minor)) });
}

/** The real one queues the deletion, but is done before the next request. */
function remove(asked: Asked): Answer {
  asked.manager.jobs.delete(jobOf(asked).id);
  return done;
}

function changeStatus(asked: Asked): Answer {
  const { status, reason } = read(StatusChange, asked);
  asked.manager.ask(jobOf(asked), status, reason);
  return done;
}

function changePriority(asked: Asked): Answer {
  const { priority } = read(PriorityChange, asked);
  jobOf(asked).priority = priority;
  return done;
}

/** It looks for a file, not for the job. */
function readLastRendered({ manager: { jobs }, ids: [id = ""] }: Asked): Answer {
  if (!UUID.test(id)) throw refuse(400, "job ID should be a UUID");
  const job = jobs.get(id);
  return job && hasPicture(job) ? ok({ base: `/job-files/job-${id.slice(0, 4)}/${id}`, suffixes: PICTURES }) : done;
}

/** It looks for tasks, not for the job. */
function listTasks({ manager: { jobs, minor }, ids: [id = ""] }: Asked): Answer {
  if (!UUID.test(id)) throw refuse(400, "job ID not valid");
  const job = jobs.get(id);
  return ok({ tasks: job?.tasks.map((task, index) => writeTask(job, task, minor, index)) ?? [] });
}

function readPicture(asked: Asked): Answer {
  const { manager, ids } = asked;
  const job = manager.jobs.get(ids[1] ?? "");
  if (!job || !PICTURES.includes(ids[2] ?? "") || !hasPicture(job) || !manager.picture) throw notFound();
  return { status: 200, body: manager.picture, type: "image/jpeg", headers: { "Cache-Control": "no-cache" } };
}

function readLogTail(asked: Asked): Answer {
  const log = tailOf(taskOf(asked).task);
  return log === "" ? done : { status: 200, body: log, type: "text/plain; charset=UTF-8" };
}

const SHARED = { location: "/mnt/render" };

/** A star stands for one segment of the path. */
const ROUTES: Readonly<Record<string, Handler>> = {
  "GET /api/v3/version": readVersion,
  "GET /api/v3/configuration": ({ manager: { isFirstRun } }) =>
    ok({ isFirstRun, shamanEnabled: false, storageLocation: SHARED.location }),
  "GET /api/v3/configuration/shared-storage/*/*": ({ ids: [audience, platform] }) =>
    ok({ ...SHARED, audience, platform, shamanEnabled: false }),
  "GET /api/v3/configuration/variables/*/*": () => ok({ prod: { is_twoway: true, value: "/mnt/prod" } }),
  "GET /api/v3/status": readStatus,
  "GET /api/v3/worker-mgt/tags": ({ manager: { tags } }) => ok({ tags }),
  "POST /api/v3/worker-mgt/tags": makeTag,
  "DELETE /api/v3/worker-mgt/tag/*": removeTag,
  "GET /api/v3/worker-mgt/workers": ({ manager: { machines, minor, now } }) =>
    ok({ workers: machines.map((machine) => writeMachine(machine, now(), minor)) }),
  "GET /api/v3/worker-mgt/workers/*": readMachine,
  "GET /api/v3/jobs/types": ({ manager: { types } }) => ok({ job_types: types }),
  "GET /api/v3/jobs/type/*": readJobType,
  "POST /api/v3/jobs/check": check,
  "POST /api/v3/jobs/query": query,
  "POST /api/v3/jobs": submit,
  "GET /api/v3/jobs": list,
  "GET /api/v3/jobs/*": (asked) => ok(writeJob(jobOf(asked), asked.manager.minor)),
  "DELETE /api/v3/jobs/*": remove,
  "POST /api/v3/jobs/*/setstatus": changeStatus,
  "POST /api/v3/jobs/*/setpriority": changePriority,
  "GET /api/v3/jobs/*/tasks": listTasks,
  "GET /api/v3/jobs/*/blocklist": readBlocklist,
  "GET /api/v3/jobs/*/last-rendered": readLastRendered,
  "GET /api/v3/tasks/*": (asked) => {
    const { job, task } = taskOf(asked);
    return ok(writeWholeTask(job, task, asked.manager.minor));
  },
  "GET /api/v3/tasks/*/logtail": readLogTail,
  "GET /job-files/job-*/*/*": readPicture,
  "GET /app/jobs/*": (asked) => html(drawJob(jobOf(asked), asked.manager.minor)),
  "GET /app/jobs": ({ manager }) => html(drawJobs(manager.list())),
  "GET /": ({ manager }) => html(drawJobs(manager.list())),
};

const PATTERNS = Object.entries(ROUTES).map(([name, answer]) => {
  const [method = "", path = ""] = name.split(" ");
  return { method, path: new RegExp(`^${path.replaceAll("*", "([^/]+)")}$`), answer };
});

export function answerRequest(manager: Manager, { method, path, body, type }: ManagerRequest): Answer {
  manager.advance();
  try {
    const { ids, answer } = findRoute(method, path);
    return answer({ manager, ids, body, type });
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}

/** @throws a Refusal if there is no such route */
function findRoute(method: string, path: string): { ids: string[]; answer: Handler } {
  const known = PATTERNS.filter((pattern) => pattern.path.test(path));
  const found = known.find((pattern) => pattern.method === method);
  if (!found) throw known.length > 0 ? wrongMethod() : notFound();
  return { ids: (found.path.exec(path)?.slice(1) ?? []).map(decodeURIComponent), answer: found.answer };
}
