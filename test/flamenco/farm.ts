// The Flamenco under test: a real one, with FLAMENCO_URL, or the playground's.
import { openFlamenco as openPlayground } from "../../playground/farms/flamenco/server.ts";
import type { Farm, JobCommand, JobQuery, JobRef, JobStatus } from "../../worker/actions/farm/farm.ts";
import { type FlamencoSubmission, makeFlamencoFarm } from "../../worker/actions/farm/flamenco-farm.ts";
import { localizeAll } from "../../worker/format/localize.ts";
import { ENGLISH } from "../../worker/format/reader.ts";
import { type FlamencoTarget, openFlamenco } from "../../worker/services/flamenco-client.ts";

/** The playground's renders this much faster, and its waits are this much shorter. */
const SPEED = 20;
/** Between two polls, in the farm's time. */
const LOOK_EVERY_MS = 2_000;
const WAIT_MOST_MS = 240_000;

/** Blend files that fail in a certain way, and a folder for their frames. */
export type Failing = {
  fails?: string | undefined;
  oneFrame?: string | undefined;
  noMovie?: string | undefined;
  output: string;
};

const FAILING: Failing = {
  fails: "/mnt/prod/broken.blend",
  oneFrame: "/mnt/prod/sh0050.blend",
  noMovie: "/mnt/prod/sh0070.blend",
  output: "/mnt/render",
};

const {
  FLAMENCO_URL,
  FLAMENCO_ACCESS_ID: id = "",
  FLAMENCO_ACCESS_SECRET: secret = "",
  FLAMENCO_PLATFORM = "linux",
} = process.env;
export const isReal = FLAMENCO_URL !== undefined && FLAMENCO_URL !== "";
const playground = isReal ? undefined : await openPlayground({ port: 0, frameMs: 1_000 / SPEED });
const url = (playground?.url ?? FLAMENCO_URL ?? "").replace(/\/+$/, "");
const target: FlamencoTarget = { url, access: id === "" ? undefined : { id, secret } };

export const failing: Failing = isReal
  ? {
      fails: process.env.FLAMENCO_BLEND_FAILS,
      oneFrame: process.env.FLAMENCO_BLEND_ONE_FRAME_FAILS,
      noMovie: process.env.FLAMENCO_BLEND_NO_MOVIE,
      output: process.env.FLAMENCO_OUTPUT ?? "",
    }
  : FAILING;

const began = Date.now();
/** In the farm's time. */
const now = () => (isReal ? Date.now() : began + (Date.now() - began) * SPEED);
const sleep = (ms: number) => new Promise((wake) => setTimeout(wake, isReal ? ms : ms / SPEED));

export const service = () => openFlamenco(target, new AbortController().signal);
export const { minor, text: versionText } = await readVersion();

async function readVersion() {
  const version = await service().version();
  console.log(
    `${isReal ? `Flamenco at ${url}` : "The playground's Flamenco, because FLAMENCO_URL is not set"}: 3.${version.minor}`,
  );
  return { ...version, text: `3.${version.minor}` };
}

/** A new one for each poll: the requests of a pass are counted. */
export const farm = (workerTag?: string): Farm<FlamencoSubmission> =>
  makeFlamencoFarm(service(), { page: url, concurrency: 4, minor, workerTag, standstillLimitMs: 3_600_000, now });

/** What only a person does on the farm's own page. */
export async function ask(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${url}/api/v3${path}`, {
    method,
    headers: {
      ...(body !== undefined && { "content-type": "application/json" }),
      ...(target.access && { "cf-access-client-id": id, "cf-access-client-secret": secret }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
}

/** Flamenco's own test job: it sleeps, and touches no file. */
export const echo = (seconds: number, repeats = 1, more: Partial<FlamencoSubmission> = {}): FlamencoSubmission => ({
  name: "Kitsu Actions test",
  type: "echo-sleep-test",
  priority: 50,
  submitter_platform: FLAMENCO_PLATFORM,
  settings: { message: "Kitsu Actions test", sleep_duration_seconds: seconds, sleep_repeats: repeats },
  metadata: {},
  ...more,
});

export function blender(blendfile: string, frames: string, chunk_size: number): FlamencoSubmission {
  const root = failing.output;
  const settings = {
    ...{ blendfile, frames, chunk_size, render_output_root: root, add_path_components: 0, fps: 24, format: "PNG" },
    ...{
      render_output_path: `${root}/kitsu-actions-test/{timestamp}/######`,
      image_file_extension: ".png",
      has_previews: false,
    },
    ...(minor >= 6 && { context: "Scene" }),
  };
  return { ...echo(0), name: "Kitsu Actions test", type: "simple-blender-render", settings };
}

const submitted: string[] = [];

export type Followed = {
  job: JobRef;
  jobKey: string;
  poll(): Promise<JobStatus | "gone" | undefined>;
  /** Polls until the condition holds. */
  wait(isSo: (status: JobStatus) => boolean): Promise<JobStatus>;
  control(what: JobCommand): Promise<"later" | undefined>;
};

export async function submit(submission: FlamencoSubmission): Promise<Followed> {
  const jobKey = `test/${crypto.randomUUID()}`;
  const job = await farm().submit(submission, jobKey);
  submitted.push(job.id);
  let known: JobQuery = { job, jobKey };
  let stillSince: number | undefined;
  const poll = async () => {
    const found = (await farm(submission.worker_tag).poll([known])).get(job.id);
    if (found === undefined || found === "gone") return found;
    const isStill = found.state === "waiting" && found.isQueued !== true;
    stillSince = isStill ? (stillSince ?? now()) : undefined;
    known = { job, jobKey, lastStatus: found, standstillMs: stillSince && now() - stillSince };
    return localizeAll(found, ENGLISH) as JobStatus;
  };
  return {
    job,
    jobKey,
    poll,
    wait: async (isSo) => {
      const until = now() + WAIT_MOST_MS;
      for (;;) {
        const found = await poll();
        if (found === "gone") throw new Error("The job was deleted");
        if (found !== undefined && isSo(found)) return found;
        if (now() > until) throw new Error(`It is still ${JSON.stringify(found)}`);
        await sleep(LOOK_EVERY_MS);
      }
    },
    control: (what) => farm().control(job, jobKey, what),
  };
}

/** Removes everything from the farm. */
export async function leave(): Promise<void> {
  for (const one of submitted) await ask("DELETE", `/jobs/${one}`).catch(() => undefined);
  await playground?.close();
}

/** Only the playground has this. */
export const control = playground?.control;
