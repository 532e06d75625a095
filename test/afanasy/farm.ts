/**
 * The farm under test: the studio's, or the playground's, which says so and runs fifty times as
 * fast.
 */
import { openAfanasy as openFake } from "../../playground/farms/afanasy/server.ts";
import { openAfanasyFarm } from "../../worker/actions/farm/afanasy-farm.ts";
import type { AfanasySubmission } from "../../worker/actions/farm/afanasy-submission.ts";
import type { Farm, JobRef, JobStatus } from "../../worker/actions/farm/farm.ts";
import { localizeAll } from "../../worker/format/localize.ts";
import { ENGLISH } from "../../worker/format/reader.ts";
import type { Machine } from "../../worker/services/afanasy-answers.ts";
import { type Afanasy, openAfanasy } from "../../worker/services/afanasy-client.ts";

const { AFSERVER_URL, AFANASY_RELAY_URL, AFANASY_TOKEN, AFANASY_USER = "kitsu-test", AFANASY_MACHINES } = process.env;
const FASTER = 50;

export type Ground = {
  name: string;
  farm: Farm<AfanasySubmission>;
  /** as the worker reaches it */
  server: Afanasy;
  user: string;
  /** the machines that render all of this: two at most */
  machines: readonly string[];
  /**
   * requests that the worker never makes, like `delete`; undefined if a relay does not allow them
   */
  ask(message: unknown): Promise<unknown>;
  /** waits this many seconds of its time */
  wait(seconds: number): Promise<void>;
  close(): Promise<void>;
};

export async function openGround(): Promise<Ground> {
  const url = AFANASY_RELAY_URL ?? AFSERVER_URL;
  const began = Date.now();
  const speed = url === undefined ? FASTER : 1;
  const now = () => began + (Date.now() - began) * speed;
  const fake = url === undefined ? await openFake({ port: 0, frameMs: 1_000, now }) : undefined;
  const place = { url: url ?? fake?.url ?? "", token: AFANASY_TOKEN, at_once: 2, standstill_minutes: 120 };
  const { signal } = new AbortController();
  const server = openAfanasy(place, signal);
  const name =
    url === undefined ? "the playground's afserver, because neither AFSERVER_URL nor AFANASY_RELAY_URL is set" : url;
  console.log(`Tested is ${name}.`);
  return {
    name,
    server,
    farm: openAfanasyFarm(place, [AFANASY_USER], signal, { now }),
    user: AFANASY_USER,
    machines: chooseMachines(await server.readMachines()),
    async ask(message) {
      const body = JSON.stringify(message);
      const headers = {
        AFANASY: String(Buffer.byteLength(body)),
        ...(AFANASY_TOKEN !== undefined && { authorization: `Bearer ${AFANASY_TOKEN}` }),
      };
      const response = await fetch(place.url, { method: "POST", body, headers });
      return response.status === 403 ? undefined : response.json();
    },
    wait: (seconds) => new Promise((resolve) => setTimeout(resolve, (seconds * 1_000) / speed)),
    close: async () => fake?.close(),
  };
}

function chooseMachines(all: readonly Machine[]): string[] {
  const wanted = AFANASY_MACHINES?.split(/[\s,]+/);
  const idle = all.filter(({ name, st }) => (wanted?.includes(name) ?? true) && st === 1).map(({ name }) => name);
  // A mask matches the beginning of a name: one that begins another would match both.
  const clear = idle.filter((name) => !all.some((other) => other.name !== name && other.name.startsWith(name)));
  if (clear.length === 0) throw new Error("No machine is online, idle and free: name some in AFANASY_MACHINES");
  return clear.slice(0, 2);
}

export type Job = { ref: JobRef; jobKey: string };

let jobs = 0;
const RUN = Date.now().toString(36);

/** A job of harmless commands. */
export async function submit(
  { farm, user, machines }: Ground,
  command: string,
  own: { job?: object; block?: object } = {},
): Promise<Job> {
  jobs += 1;
  const jobKey = `${RUN}/${jobs}`;
  const submission: AfanasySubmission = {
    job: {
      name: `kitsu-actions test ${RUN} ${jobs}`,
      user_name: user,
      host_name: "kitsu-actions",
      hosts_mask: machines.join(" "),
      hosts_mask_type: "find",
      blocks: [
        {
          ...{ name: "test", service: "generic", parser: "generic", command, flags: 1, capacity: 1_000 },
          ...{ frame_first: 1, frame_last: 4, frames_per_task: 1, frames_inc: 1 },
          ...own.block,
        },
      ],
      ...own.job,
    },
    kitsu: { project: "", entity: "", task: "" },
  };
  return { ref: await farm.submit(submission, jobKey), jobKey };
}

/** Polls every three seconds until the condition holds. */
export async function follow(
  { farm, wait }: Ground,
  { ref, jobKey }: Job,
  isSo: (status: JobStatus) => boolean,
  seconds = 120,
): Promise<JobStatus & { seconds: number }> {
  let status: JobStatus | undefined;
  for (let waited = 0; waited < seconds; waited += 3) {
    const seen = (await farm.poll([{ job: ref, jobKey, lastStatus: status }])).get(ref.id);
    if (seen === "gone") throw new Error("It is gone");
    status = seen ?? status;
    if (status !== undefined && isSo(status)) return { ...inEnglish(status), seconds: waited };
    await wait(3);
  }
  throw new Error(`It is still ${JSON.stringify(status)}`);
}

const inEnglish = (status: JobStatus) => localizeAll(status, ENGLISH) as JobStatus;
