// CGRU's Afanasy, by HTTP: its server itself, or the studio's relay in front of it, which are spoken to alike. The server has no accounts; who may
// ask it is for the way to it to say, by headers. Jobs are sent once: whoever gets no answer must look before sending again.
import * as v from "valibot";
import { Failure } from "../failure.ts";
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
import { type AfanasyTarget, askAfanasy, isSilence, refused, type Silence, silent } from "./afanasy-exchange.ts";
import { type AfanasyJob, refuseJob } from "./afanasy-job.ts";
import { type Avoided, ErrorHosts, type FarmTask, JobProgress, TaskText } from "./afanasy-tasks.ts";

/** After a wrong length the server says nothing at all. */
const ANSWER_MAX_MS = 10_000;
/** All jobs of a busy farm are some megabytes. */
const ANSWER_MAX_BYTES = 32 * 1_024 * 1_024;
/** The server keeps the last mebibyte of what a task printed; escaped it is more. */
const OUTPUT_MAX_BYTES = 4 * 1_024 * 1_024;
/** What our jobs and questions say they come from. */
export const HOST_NAME = "kitsu-actions";

export type Operation = "start" | "pause" | "stop" | "restart_errors" | "reset_error_hosts";

export type Afanasy = {
  /** Sends a job, once. Throws where it is certain that there is none. */
  submit(job: AfanasyJob): Promise<Receipt | Silence>;
  /** Does it answer at all? The question that can't harm it. */
  isAlive(): Promise<boolean>;
  /** The ids are used again: compare the serials. */
  readByIds(ids: readonly number[]): Promise<FarmJob[]>;
  readByUsers(users: readonly string[]): Promise<FarmJob[]>;
  /** By their ids as well, with all that was set. */
  readWhole(ids: readonly number[]): Promise<FarmJob[]>;
  /** All machines the farm knows, those that are off as well. */
  readMachines(): Promise<Machine[]>;
  readUsers(): Promise<FarmUser[]>;
  readTasks(id: number): Promise<FarmTask[]>;
  /** Of each block of the job, in their order. */
  readAvoided(id: number): Promise<Avoided[]>;
  /** What its program printed the last time; empty where there is nothing. */
  readOutput(id: number, block: number, task: number): Promise<TaskText>;
  /** What the server says happened to it, a line each. */
  readTaskLog(id: number, block: number, task: number): Promise<TaskText>;
  /** Never by a mask: it would be of all jobs there are. */
  operate(job: FarmJob, operation: Operation): Promise<void>;
  annotate(job: FarmJob, annotation: string): Promise<void>;
};

export function openAfanasy(target: AfanasyTarget, signal: AbortSignal, answerMaxMs = ANSWER_MAX_MS): Afanasy {
  const exchange = (message: Record<string, unknown>, answerMaxBytes = ANSWER_MAX_BYTES) =>
    askAfanasy(target, encode(message), signal, { answerMaxMs, answerMaxBytes });
  const get = (question: Record<string, unknown>) => exchange({ get: question });
  const readText = async (mode: "output" | "log", id: number, block: number, task: number) => {
    const question = { type: "jobs", ids: [id], mode, block_ids: [block], task_ids: [task] };
    return read(TaskText, await exchange({ get: question }, OUTPUT_MAX_BYTES));
  };
  return {
    async submit(job) {
      const refusal = refuseJob(job);
      if (refusal !== undefined) throw unfit(refusal);
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
    // Never by serials: where it has none of them, it looks for the job -1, which not each version knows for none, and the oldest answer all jobs.
    readByIds: async (ids) => (ids.length === 0 ? [] : readJobs(await get({ type: "jobs", ids }))),
    readByUsers: async (users) => (users.length === 0 ? [] : readJobs(await get({ type: "jobs", users }))),
    readWhole: async (ids) => (ids.length === 0 ? [] : readJobs(await get({ type: "jobs", ids, mode: "full" }))),
    readMachines: async () => read(MachineList, await get({ type: "renders" })).renders,
    readUsers: async () => read(UserList, await get({ type: "users" })).users,
    readTasks: async (id) => read(JobProgress, await get({ type: "jobs", ids: [id], mode: "progress" })),
    readAvoided: async (id) => read(ErrorHosts, await get({ type: "jobs", ids: [id], mode: "error_hosts" })),
    readOutput: (id, block, task) => readText("output", id, block, task),
    readTaskLog: (id, block, task) => readText("log", id, block, task),
    operate: async (job, operation) => check(await exchange(act(job, { operation: { type: operation } }))),
    annotate: async (job, annotation) => check(await exchange(act(job, { params: { annotation } }))),
  };
}

function encode(message: Record<string, unknown>): Uint8Array {
  try {
    return encodeMessage(message);
  } catch (thrown) {
    if (thrown instanceof Unsendable) throw unfit(thrown.message);
    throw thrown;
  }
}

const act = ({ id, user_name }: FarmJob, what: Record<string, unknown>) => ({
  action: { user_name, host_name: HOST_NAME, type: "jobs", ids: [id], ...what },
});

function check(answer: unknown): void {
  if (isSilence(answer)) throw silent(answer);
  const error = readError(answer);
  if (error !== undefined) throw refused(error);
}

function readJobs(answer: unknown): FarmJob[] {
  // What one id that is not there any more gets, where several would get an empty list.
  return readError(answer) === "Invalid ID" ? [] : read(JobList, answer).jobs;
}

function read<T>(schema: v.GenericSchema<unknown, T>, answer: unknown): T {
  if (isSilence(answer)) throw silent(answer);
  const parsed = v.safeParse(schema, answer);
  if (parsed.success) return parsed.output;
  const error = readError(answer);
  throw error === undefined ? silent({ silence: "unreadable" }) : refused(error);
}

const unfit = (refusal: string) =>
  new Failure("farm-refused", {
    text: `This job was not sent, because Afanasy could not read it: ${refusal}.`,
    advice: "Tell your TD: the template in AFANASY is likely to be wrong.",
  });
