// The complete record of one run. It is parsed when read: an older worker may have written it.
import * as v from "valibot";
import { Input } from "../../contract.ts";
import { type Outcome, StoredReply, StoredText } from "../format/reply.ts";
import { TRUSTS } from "../settings/trust.ts";

const text = v.optional(v.string());
const pairs = v.array(v.tuple([v.string(), v.string()]));

const earlier = v.optional(v.object({ id: v.string(), at: v.number(), root: text }));

/** It keeps members that only a newer version knows, for when that is deployed again. */
export const RunRecord = v.looseObject({
  id: v.string(),
  /** when the run started, in epoch milliseconds */
  at: v.number(),
  tookMs: v.number(),
  action: v.string(),
  /** HTTP status of the response */
  status: v.number(),
  /** who called, and how surely we know; absent if the call failed before that */
  person: v.optional(v.object({ trust: v.picklist(TRUSTS), id: text, name: v.string(), role: text })),
  /** absent if the call could not be parsed */
  call: v.optional(
    v.object({
      dialect: v.string(),
      person: v.object({ id: text, email: text }),
      project: text,
      selection: v.array(v.string()),
      entityType: text,
      path: text,
      server: text,
      params: v.record(v.string(), v.string()),
      input: v.optional(Input),
      /** the labels of the chosen answers, by field, in English */
      choices: v.optional(v.record(v.string(), v.array(v.string()))),
      form: text,
      plan: text,
      isBack: v.optional(v.boolean()),
      isDry: v.optional(v.boolean()),
      retryOf: earlier,
      changeOf: earlier,
      ignored: v.array(v.object({ name: v.string(), value: v.string(), reason: StoredText })),
    }),
  ),
  /** names and Kitsu pages of the selected tasks; absent if Kitsu was not asked */
  selected: v.optional(
    v.object({
      projects: v.array(v.string()),
      tasks: v.array(v.object({ id: v.string(), label: v.string(), path: v.string() })),
    }),
  ),
  arrived: v.object({ method: v.string(), path: v.string(), headers: pairs, fields: pairs }),
  reply: StoredReply,
  /** until when the run can be undone, in epoch milliseconds */
  undo: v.optional(v.object({ until: v.number(), label: v.optional(StoredText) })),
  /** when it was undone, by whom, and the outcome */
  undone: v.optional(v.object({ at: v.number(), person: v.string(), reply: StoredReply })),
  /** when the worker that ran it was deployed, in epoch seconds */
  deployedAtS: v.optional(v.number()),
  /** of a long run: the SHA-256 of the key that gives access to it */
  follow: text,
  /** an unexpected error with its stack, which the person is not shown */
  cause: text,
  /** the person's data was erased: whatever may have named them is gone */
  erased: v.optional(v.boolean()),
});
/** @interface */
export type RunRecord = v.InferOutput<v.ObjectSchema<typeof RunRecord.entries, undefined>>;

/**
 * - `partial`: some tasks failed or were skipped
 * - `unconfirmed`: handed to a program or to another server, which has not confirmed it
 */
export const RUN_STATES = ["done", "partial", "unconfirmed", "failed", "asked", "started", "undone"] as const;
export type RunState = (typeof RUN_STATES)[number];

export function stateOf({ reply, undone, call }: Pick<RunRecord, "reply" | "undone" | "call">): RunState {
  if (undone !== undefined) return "undone";
  if (reply.kind === "ask") return "asked";
  const has = (...states: Outcome["state"][]) => reply.outcomes?.some(({ state }) => states.includes(state));
  if (reply.kind === "failed" && has("done")) return "partial";
  // A dry run is done with its plan.
  if (reply.kind !== "done" || call?.isDry) return reply.kind;
  if (has("failed", "skipped")) return "partial";
  return has("waiting", "running", "planned") ? "unconfirmed" : "done";
}
