// CGRU's Afanasy, by HTTP: its server itself, or the studio's relay in front of it, which are spoken to alike. The server has no accounts; who may
// ask it is for the way to it to say, by headers. Jobs are sent once: whoever gets no answer must look before sending again.
import * as v from "valibot";
import { Failure } from "../failure.ts";
import { type FarmJob, JobList, Receipt, readError, UserList } from "./afanasy-answers.ts";
import { encodeMessage, parseAnswer, Unsendable } from "./afanasy-codec.ts";
import { type AfanasyJob, refuseJob } from "./afanasy-job.ts";

/** After a wrong length the server says nothing at all. */
const ANSWER_MAX_MS = 10_000;
/** All jobs of a busy farm are some megabytes. */
const ANSWER_MAX_BYTES = 32 * 1_024 * 1_024;
/** What our jobs and questions say they come from. */
export const HOST_NAME = "kitsu-actions";

export type AfanasyTarget = {
  /** the server's address, or its relay's */
  url: string;
  /** the relay's */
  token?: string | undefined;
  /** Cloudflare Access in front of either */
  access?: { id: string; secret: string } | undefined;
};

export type Operation = "start" | "pause" | "stop" | "restart_errors";

/** No answer, or none that can be read. The server may have done what it was asked, may have died of it, or may never have heard it. */
export type Silence = { silence: "closed" | "late" | "unreadable" };

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
  /** Never by a mask: it would be of all jobs there are. */
  operate(job: FarmJob, operation: Operation): Promise<void>;
  annotate(job: FarmJob, annotation: string): Promise<void>;
};

export function openAfanasy(target: AfanasyTarget, signal: AbortSignal, answerMaxMs = ANSWER_MAX_MS): Afanasy {
  const exchange = (message: Record<string, unknown>) => send(target, encode(message), signal, answerMaxMs);
  const get = (question: Record<string, unknown>) => exchange({ get: question });
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

const isSilence = (answer: unknown): answer is Silence => v.is(v.object({ silence: v.string() }), answer);

function check(answer: unknown): void {
  if (isSilence(answer)) throw silent(answer);
  const error = readError(answer);
  if (error !== undefined) throw refused(error);
}

function readJobs(answer: unknown): FarmJob[] {
  if (isSilence(answer)) throw silent(answer);
  const list = v.safeParse(JobList, answer);
  if (list.success) return list.output.jobs;
  const error = readError(answer);
  // What one id that is not there any more gets, where several would get an empty list.
  if (error === "Invalid ID") return [];
  if (error !== undefined) throw refused(error);
  throw silent({ silence: "unreadable" });
}

async function send({ url, token, access }: AfanasyTarget, body: Uint8Array, signal: AbortSignal, answerMaxMs: number) {
  const overtime = AbortSignal.timeout(answerMaxMs);
  try {
    const response = await fetch(url, {
      method: "POST",
      redirect: "manual",
      signal: AbortSignal.any([signal, overtime]),
      headers: {
        // Few and short: the server reads its headers from the first packet alone.
        // In capitals: most versions compare it letter by letter.
        AFANASY: String(body.byteLength),
        "content-type": "application/json",
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(access !== undefined && { "cf-access-client-id": access.id, "cf-access-client-secret": access.secret }),
      },
      // Of known length, and so never in chunks, which the server would read as JSON.
      body,
    });
    return judge(response.status, await readText(response));
  } catch (thrown) {
    if (thrown instanceof Failure) throw thrown;
    if (signal.aborted) throw signal.reason;
    const silence: Silence = { silence: overtime.aborted ? "late" : "closed" };
    return silence;
  }
}

/** The relay says what became of a message that it could not deliver. */
const Relayed = v.object({ relay: v.picklist(["unreachable", "busy", "closed", "late"]) });

function judge(status: number, text: string): unknown {
  const answer = parseAnswer(text);
  const relayed = v.safeParse(Relayed, answer);
  if (relayed.success) {
    const { relay } = relayed.output;
    if (relay === "unreachable" || relay === "busy") throw unreachable(`Its relay says: ${readError(answer) ?? relay}.`);
    const silence: Silence = { silence: relay };
    return silence;
  }
  if (status >= 300 && status < 500) throw barred(status, readError(answer));
  // A tunnel's page about a server that is not there, or hung up.
  if (status >= 500 || text.trim() === "") return { silence: "closed" } satisfies Silence;
  return answer ?? ({ silence: "unreadable" } satisfies Silence);
}

async function readText({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let [text, size] = ["", 0];
  for (const reader = body?.getReader(); reader !== undefined; ) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > ANSWER_MAX_BYTES) {
      await reader.cancel();
      throw new Failure("farm-broken", {
        text: `Afanasy answered more than ${ANSWER_MAX_BYTES / 1_024 / 1_024} MiB.`,
        retry: true,
      });
    }
    text += decoder.decode(value, { stream: true });
  }
  return text + decoder.decode();
}

export const unreachable = (what: string) =>
  new Failure("farm-unreachable", {
    text: `Afanasy can't be reached. ${what}`,
    advice: "Try again in a minute; then ask your TD whether its server, its relay and the tunnel are running.",
    retry: true,
  });

const SILENT = {
  closed: "It closed the connection without an answer, or there was none.",
  late: "It did not answer in time.",
  unreadable: "It answered something that can't be understood.",
} as const;

/** To a question that can be asked again. */
const silent = ({ silence }: Silence) =>
  silence === "unreadable"
    ? new Failure("farm-broken", { text: `Afanasy: ${SILENT.unreadable}`, advice: "Ask your TD.", retry: true })
    : unreachable(SILENT[silence]);

const refused = (error: string) => new Failure("farm-refused", { text: `Afanasy refused: ${error}`, advice: "Ask your TD." });

const unfit = (refusal: string) =>
  new Failure("farm-refused", {
    text: `This job was not sent, for Afanasy could not read it: ${refusal}.`,
    advice: "Tell your TD: the template in AFANASY is likely to be wrong.",
  });

/** Cloudflare Access, or the relay: what was sent did not get through to the server. */
function barred(status: number, error: string | undefined): Failure {
  if (error !== undefined && status !== 401) return new Failure("farm-refused", { text: `Afanasy's relay refused: ${error}` });
  const isLogin = status < 400 || status === 401 || status === 403;
  return new Failure("farm-refused", {
    text: isLogin
      ? `The way to Afanasy is closed to this action server: it answered with the status ${status}${error === undefined ? "" : `, ${error}`}.`
      : `Something else than Afanasy answered, with the status ${status}.`,
    advice: "Your TD checks the address in AFANASY, and the secrets AFANASY_TOKEN, AFANASY_ACCESS_ID and AFANASY_ACCESS_SECRET.",
  });
}
