// What is known of one run, in full. Parsed when read, for an older worker may have written it.
import * as v from "valibot";
import { Input, type Outcome, Reply } from "../../contract.ts";
import { TRUSTS } from "../settings/trust.ts";

const text = v.optional(v.string());
const pairs = v.array(v.tuple([v.string(), v.string()]));

const earlier = v.optional(v.object({ id: v.string(), at: v.number(), root: text }));

export const RunRecord = v.object({
  id: v.string(),
  /** when it began, in epoch milliseconds */
  at: v.number(),
  tookMs: v.number(),
  action: v.string(),
  /** of the HTTP answer */
  status: v.number(),
  /** who called as far as it was found out, and how surely; absent where the call did not get that far */
  person: v.optional(v.object({ trust: v.picklist(TRUSTS), id: text, name: v.string(), role: text })),
  /** absent where the call could not be understood */
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
      form: text,
      plan: text,
      isBack: v.optional(v.boolean()),
      retryOf: earlier,
      changeOf: earlier,
      ignored: v.array(v.object({ name: v.string(), value: v.string(), reason: v.string() })),
    }),
  ),
  /** what was selected, in Kitsu's names, with the paths of Kitsu's pages; absent where Kitsu was not asked, or not yet */
  selected: v.optional(
    v.object({
      projects: v.array(v.string()),
      tasks: v.array(v.object({ id: v.string(), label: v.string(), path: v.string() })),
    }),
  ),
  arrived: v.object({ method: v.string(), path: v.string(), headers: pairs, fields: pairs }),
  reply: Reply,
  /** until when it can be taken back, in epoch milliseconds */
  undo: v.optional(v.object({ until: v.number(), label: text })),
  /** when it was taken back, by whom, and what came of that */
  undone: v.optional(v.object({ at: v.number(), person: v.string(), reply: Reply })),
  /** when the action server that ran it was deployed, in epoch seconds */
  deployedAtS: v.optional(v.number()),
  /** of a run that goes on: the SHA-256 of the key it is followed by */
  follow: text,
  /** what was thrown, with its stack, where it was not meant for the person */
  cause: text,
});
export type RunRecord = v.InferOutput<typeof RunRecord>;

/**
 * `partial`: some of it failed, or was skipped. `unconfirmed`: it was handed to a program, or to somebody else's server, and nobody has said that it
 * arrived.
 */
export const RUN_STATES = ["done", "partial", "unconfirmed", "failed", "asked", "started", "undone"] as const;
export type RunState = (typeof RUN_STATES)[number];

export function stateOf({ reply, undone }: Pick<RunRecord, "reply" | "undone">): RunState {
  if (undone !== undefined) return "undone";
  if (reply.kind === "ask") return "asked";
  const has = (...states: Outcome["state"][]) => reply.outcomes?.some(({ state }) => states.includes(state));
  if (reply.kind === "failed" && has("done")) return "partial";
  if (reply.kind !== "done") return reply.kind;
  if (has("failed", "skipped")) return "partial";
  return has("waiting", "running", "planned") ? "unconfirmed" : "done";
}
