// A render that a version before 2026-11-29 submitted: the farm has its jobs, and they are followed
// to their end. Its data has other names for the same things.
import * as v from "valibot";
import { renameMembers } from "../../format/rename-members.ts";

const RUN_NAMES = { aside: "skipped", untoldSince: "unreportedSince" };
const SHOT_NAMES = {
  mark: "jobKey",
  order: "submission",
  joined: "followedRun",
  tries: "attempts",
  standing: "status",
  again: "restartIfFound",
  restarted: "restartedAt",
  wish: "pendingCommand",
  told: "reported",
  low: "lowerCount",
  lookedAt: "polledAt",
  still: "standstill",
};
const STATUS_NAMES = { hindrance: "waitReason", flaw: "warning" };
const VALUES = new Map<unknown, string>([
  ["over", "ended"],
  ["left", "unfollowed"],
]);

const Earlier = v.looseObject({ shots: v.array(v.unknown()), aside: v.array(v.unknown()) });

/** The data of any version as this one stores it. */
export function upgradeRenderRun(data: unknown): unknown {
  if (!v.is(Earlier, data)) return data;
  return { ...renameMembers(data, RUN_NAMES), shots: data.shots.map(upgradeShot) };
}

function upgradeShot(earlier: unknown): unknown {
  const { state, end, status, ...shot } = renameMembers(earlier, SHOT_NAMES);
  return {
    ...shot,
    state: VALUES.get(state) ?? state,
    ...(end !== undefined && { end: VALUES.get(end) ?? end }),
    ...(status !== undefined && { status: renameMembers(status, STATUS_NAMES) }),
  };
}
