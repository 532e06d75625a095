// The Flamenco that is held to its rules: a real one, by FLAMENCO_URL, or the playground's.
import { openFlamenco as openPlayground } from "../../playground/farms/flamenco/server.ts";
import type { Farm, JobControl, JobRef, JobStanding, Look } from "../../worker/actions/farm/farm.ts";
import { type FlamencoOrder, makeFlamencoFarm } from "../../worker/actions/farm/flamenco-farm.ts";
import { type FlamencoTarget, openFlamenco } from "../../worker/services/flamenco-client.ts";

/** The playground's renders as much faster, and its waits are as much shorter. */
const SPEED = 20;
/** Between two looks, as the farm's time goes. */
const LOOK_EVERY_MS = 2_000;
const WAIT_MOST_MS = 240_000;

/** Blend files that fail as they are wanted to, and where their frames may go. */
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
/** As the farm's time goes. */
const now = () => (isReal ? Date.now() : began + (Date.now() - began) * SPEED);
const sleep = (ms: number) => new Promise((wake) => setTimeout(wake, isReal ? ms : ms / SPEED));

export const service = () => openFlamenco(target, new AbortController().signal);
export const { minor, text: versionText } = await readVersion();

async function readVersion() {
  const version = await service().version();
  console.log(
    `${isReal ? `Flamenco at ${url}` : "The playground's Flamenco, for FLAMENCO_URL names no other"}: 3.${version.minor}`,
  );
  return { ...version, text: `3.${version.minor}` };
}

/** One for each look: the requests of a watch are counted. */
export const farm = (workerTag?: string): Farm<FlamencoOrder> =>
  makeFlamencoFarm(service(), { page: url, atOnce: 4, minor, workerTag, standstillMs: 3_600_000, now });

/** What only a person at the farm's own page does. */
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

/** Flamenco's own test: it sleeps, and touches no file. */
export const echo = (seconds: number, repeats = 1, more: Partial<FlamencoOrder> = {}): FlamencoOrder => ({
  name: "Kitsu Actions test",
  type: "echo-sleep-test",
  priority: 50,
  submitter_platform: FLAMENCO_PLATFORM,
  settings: { message: "Kitsu Actions test", sleep_duration_seconds: seconds, sleep_repeats: repeats },
  metadata: {},
  ...more,
});

export function blender(blendfile: string, frames: string, chunk_size: number): FlamencoOrder {
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
  mark: string;
  look(): Promise<JobStanding | "gone" | undefined>;
  /** Looks until it is as it should be. */
  wait(isSo: (standing: JobStanding) => boolean): Promise<JobStanding>;
  control(what: JobControl): Promise<"later" | undefined>;
};

export async function submit(order: FlamencoOrder): Promise<Followed> {
  const mark = `test/${crypto.randomUUID()}`;
  const job = await farm().submit(order, mark);
  submitted.push(job.id);
  let known: Look = { job, mark };
  let stillSince: number | undefined;
  const look = async () => {
    const found = (await farm(order.worker_tag).look([known])).get(job.id);
    if (found === undefined || found === "gone") return found;
    const isStill = found.state === "waiting" && found.isQueued !== true;
    stillSince = isStill ? (stillSince ?? now()) : undefined;
    known = { job, mark, standing: found, stillMs: stillSince && now() - stillSince };
    return found;
  };
  return {
    job,
    mark,
    look,
    wait: async (isSo) => {
      const until = now() + WAIT_MOST_MS;
      for (;;) {
        const found = await look();
        if (found === "gone") throw new Error("The job was deleted");
        if (found !== undefined && isSo(found)) return found;
        if (now() > until) throw new Error(`It is still ${JSON.stringify(found)}`);
        await sleep(LOOK_EVERY_MS);
      }
    },
    control: (what) => farm().control(job, mark, what),
  };
}

/** Nothing of it stays on the farm. */
export async function leave(): Promise<void> {
  for (const one of submitted) await ask("DELETE", `/jobs/${one}`).catch(() => undefined);
  await playground?.close();
}

/** Of the playground alone. */
export const control = playground?.control;
