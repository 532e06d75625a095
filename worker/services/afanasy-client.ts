// CGRU's Afanasy, over HTTP: its server, or the studio's relay in front of it, with the same
// protocol. The server has no accounts; the relay or Cloudflare Access checks the headers. A job is
// sent once: if no answer comes, look for the job before you send it again.
import * as v from "valibot";
import { Failure } from "../format/failure.ts";
import { message, type Text } from "../format/message.ts";
import {
  type FarmJob,
  type FarmUser,
  JobList,
  type Machine,
  MachineList,
  Receipt,
  readError,
  UserList,
} from "./afanasy-answers.ts";
import { encodeMessage, Unsendable } from "./afanasy-codec.ts";
import { type AfanasyTarget, failSilence, isSilence, refused, type Silence, sendMessage } from "./afanasy-exchange.ts";
import { type AfanasyJob, validateJob } from "./afanasy-job.ts";
import { type Avoided, ErrorHosts, type FarmTask, JobProgress, TaskText } from "./afanasy-tasks.ts";
import { MIB } from "./http.ts";

/** The server never answers a message of the wrong length. */
const ANSWER_MAX_MS = 10_000;
/** All jobs of a busy farm are a few megabytes. */
const ANSWER_MAX_BYTES = 32 * MIB;
/** The server keeps the last mebibyte of a task's output; escaped, it is longer. */
const OUTPUT_MAX_BYTES = 4 * MIB;
/** The host in our jobs and requests. */
export const HOST_NAME = "kitsu-actions";

type Operation = "start" | "pause" | "stop" | "restart_errors" | "reset_error_hosts";

export type Afanasy = {
  /** Sends a job once. Throws if it is certain that the farm does not have it. */
  submit(job: AfanasyJob): Promise<Receipt | Silence>;
  /** Does the server answer? Sends the one request that no version fails on. */
  isAlive(): Promise<boolean>;
  /** The server reuses ids: compare the serials. */
  readByIds(ids: readonly number[]): Promise<FarmJob[]>;
  readByUsers(users: readonly string[]): Promise<FarmJob[]>;
  /** By id, with all their settings. */
  readWhole(ids: readonly number[]): Promise<FarmJob[]>;
  /** All machines of the farm, including those that are off. */
  readMachines(): Promise<Machine[]>;
  readUsers(): Promise<FarmUser[]>;
  readTasks(id: number): Promise<FarmTask[]>;
  /** For each block of the job, in order. */
  readAvoided(id: number): Promise<Avoided[]>;
  /** The output of a task's last start; empty if there is none. */
  readOutput(id: number, block: number, task: number): Promise<TaskText>;
  /** The server's log of a task: a line for each event. */
  readTaskLog(id: number, block: number, task: number): Promise<TaskText>;
  /** By id, never by a mask, which could match every job. */
  operate(job: FarmJob, operation: Operation): Promise<void>;
  annotate(job: FarmJob, annotation: string): Promise<void>;
};

export function openAfanasy(target: AfanasyTarget, signal: AbortSignal, answerMaxMs = ANSWER_MAX_MS): Afanasy {
  const exchange = (body: Record<string, unknown>, answerMaxBytes = ANSWER_MAX_BYTES) =>
    sendMessage(target, encode(body), signal, { answerMaxMs, answerMaxBytes });
  const get = (request: Record<string, unknown>) => exchange({ get: request });
  const readText = async (mode: "output" | "log", id: number, block: number, task: number) => {
    const request = { type: "jobs", ids: [id], mode, block_ids: [block], task_ids: [task] };
    return read(TaskText, await exchange({ get: request }, OUTPUT_MAX_BYTES));
  };
  return {
    async submit(job) {
      const refusal = validateJob(job);
      if (refusal !== undefined) throw unsendable(refusal);
      const answer = await exchange({ job });
      if (isSilence(answer)) return answer;
      const receipt = v.safeParse(Receipt, answer);
      if (receipt.success) return receipt.output;
      const error = readError(answer);
      if (error !== undefined) throw refused(error);
      return { silence: "unreadable" };
    },
    isAlive: async () => {
      try {
        const answer = await get({ type: "users" });
        return !isSilence(answer) && v.is(UserList, answer);
      } catch (thrown) {
        if (!(thrown instanceof Failure)) throw thrown;
        return false;
      }
    },
    // Never by serials: for unknown ones the server looks up the job -1, and old versions then
    // return every job.
    readByIds: async (ids) => (ids.length === 0 ? [] : readJobs(await get({ type: "jobs", ids }))),
    readByUsers: async (users) => (users.length === 0 ? [] : readJobs(await get({ type: "jobs", users }))),
    readWhole: async (ids) => (ids.length === 0 ? [] : readJobs(await get({ type: "jobs", ids, mode: "full" }))),
    readMachines: async () => read(MachineList, await get({ type: "renders" })).renders,
    readUsers: async () => read(UserList, await get({ type: "users" })).users,
    readTasks: async (id) => read(JobProgress, await get({ type: "jobs", ids: [id], mode: "progress" })),
    readAvoided: async (id) => read(ErrorHosts, await get({ type: "jobs", ids: [id], mode: "error_hosts" })),
    readOutput: (id, block, task) => readText("output", id, block, task),
    readTaskLog: (id, block, task) => readText("log", id, block, task),
    operate: async (job, operation) => check(await exchange(makeAction(job, { operation: { type: operation } }))),
    annotate: async (job, annotation) => check(await exchange(makeAction(job, { params: { annotation } }))),
  };
}

function encode(body: Record<string, unknown>): Uint8Array {
  try {
    return encodeMessage(body);
  } catch (thrown) {
    if (thrown instanceof Unsendable) throw unsendable(thrown.text);
    throw thrown;
  }
}

const makeAction = ({ id, user_name }: FarmJob, change: Record<string, unknown>) => ({
  action: { user_name, host_name: HOST_NAME, type: "jobs", ids: [id], ...change },
});

function check(answer: unknown): void {
  if (isSilence(answer)) throw failSilence(answer);
  const error = readError(answer);
  if (error !== undefined) throw refused(error);
}

function readJobs(answer: unknown): FarmJob[] {
  // The answer for one id that no longer exists. For several, the server answers with an empty
  // list.
  return readError(answer) === "Invalid ID" ? [] : read(JobList, answer).jobs;
}

function read<T>(schema: v.GenericSchema<unknown, T>, answer: unknown): T {
  if (isSilence(answer)) throw failSilence(answer);
  const parsed = v.safeParse(schema, answer);
  if (parsed.success) return parsed.output;
  const error = readError(answer);
  throw error === undefined ? failSilence({ silence: "unreadable" }) : refused(error);
}

const unsendable = (problem: Text) =>
  new Failure("farm-refused", {
    text: message("afanasy.unreadableJob", { problem }),
    advice: message("afanasy.fixTemplate"),
  });
