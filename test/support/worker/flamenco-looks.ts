// Flamenco as a farm, looked at as a run does: again and again, each time with what was known before.
import type { Farm, JobStanding, Look } from "../../../worker/actions/farm/farm.ts";
import { type FlamencoOrder, makeFlamencoFarm } from "../../../worker/actions/farm/flamenco-farm.ts";
import { openFlamenco } from "../../../worker/services/flamenco-client.ts";
import { type FakeFlamenco, FLAMENCO } from "./flamenco.ts";

export const ORDER: FlamencoOrder = {
  name: "SQ01_SH010 Lighting",
  type: "simple-blender-render",
  priority: 50,
  submitter_platform: "linux",
  settings: {
    frames: "101-148",
    chunk_size: 5,
    blendfile: "/mnt/prod/sh010.blend",
    render_output_path: "/mnt/r/{timestamp}/######",
    format: "PNG",
    fps: 24,
  },
  metadata: { project: "Demo" },
};

/** A watch is one: it has so many requests, and a farm of its own. */
export function openFarm(fake: FakeFlamenco, minor = fake.manager.minor): Farm<FlamencoOrder> {
  const service = openFlamenco({ url: FLAMENCO, access: undefined }, new AbortController().signal);
  return makeFlamencoFarm(service, { page: FLAMENCO, atOnce: 4, minor, standstillMs: 3_600_000, now: fake.now });
}

/** One for each order, by its mark. */
export async function submitAll(fake: FakeFlamenco, orders: readonly FlamencoOrder[]): Promise<Look[]> {
  const farm = openFarm(fake);
  const looks: Look[] = [];
  for (const [index, order] of orders.entries()) {
    const mark = `run/${index}`;
    looks.push({ job: await farm.submit(order, mark), mark });
  }
  fake.requests.length = 0;
  return looks;
}

/**
 * Looks as the engine does, and returns how each stands, in their order; nothing for one that was never looked at.
 * @param everyMs between two looks, for so many of them
 */
export function follow(fake: FakeFlamenco, looks: readonly Look[]) {
  const known = new Map<string, JobStanding | "gone">();
  const lookedAt = new Map<string, number>();
  const stillMs = new Map<string, number>();
  const look = async (): Promise<(JobStanding | "gone" | undefined)[]> => {
    const farm = openFarm(fake);
    const wanted = looks
      .filter(({ job }) => !["done", "failed", "canceled"].includes(stateOf(known.get(job.id)) ?? ""))
      .toSorted((a, b) => (lookedAt.get(a.job.id) ?? 0) - (lookedAt.get(b.job.id) ?? 0))
      .slice(0, farm.looksMost)
      .map((one): Look => ({ ...one, standing: standingOf(known.get(one.job.id)), stillMs: stillMs.get(one.job.id) }));
    // As it is kept from one look to the next.
    const found = new Map(Object.entries(JSON.parse(JSON.stringify(Object.fromEntries(await farm.look(wanted))))));
    for (const { job, standing } of wanted) {
      const now = found.get(job.id) as JobStanding | "gone" | undefined;
      if (now === undefined) continue;
      const isStill = now !== "gone" && now.state === "waiting" && !now.isQueued && now.done <= (standing?.done ?? 0);
      const seenMs = fake.now() - (lookedAt.get(job.id) ?? fake.now());
      const before = stillMs.get(job.id);
      if (isStill) stillMs.set(job.id, before === undefined ? 0 : before + seenMs);
      else stillMs.delete(job.id);
      known.set(job.id, now);
      lookedAt.set(job.id, fake.now());
    }
    return looks.map(({ job }) => known.get(job.id));
  };
  return {
    look,
    /** Until it is as it should be, or so much time has passed; and how much that was. */
    wait: async (isSo: (all: (JobStanding | "gone" | undefined)[]) => boolean, mostMs = 60_000, everyMs = 3_000) => {
      const began = fake.now();
      let all = await look();
      while (!isSo(all) && fake.now() - began < mostMs) {
        fake.pass(everyMs);
        all = await look();
      }
      return { all, ms: fake.now() - began, isSo: isSo(all) };
    },
  };
}

const standingOf = (one: JobStanding | "gone" | undefined) => (one === "gone" ? undefined : one);
const stateOf = (one: JobStanding | "gone" | undefined) => standingOf(one)?.state;
export const isIn =
  (state: JobStanding["state"]) =>
  (all: readonly (JobStanding | "gone" | undefined)[]): boolean =>
    all.every((one) => stateOf(one) === state);
