// What the worker sends to a studio's own server: calls, and what people do with their runs. Each
// request is signed according to Standard Webhooks. docs/forward.md explains it.
import * as v from "valibot";
import { Input } from "./field.ts";
import { RunId, WIRE_VERSION } from "./run.ts";

/** The most tasks that a call has itself. The others are at `more_tasks`. */
export const FORWARDED_TASKS_MAX = 200;

/** The most tasks that one answer at `more_tasks` has. */
export const TASKS_PAGE_MAX = 500;

const text = v.optional(v.string());

/** Something in Kitsu. The name is empty if Kitsu does not show it, or no longer has it. */
const Named = v.object({ id: v.string(), name: v.string() });

/**
 * Who ran the action, or clicked the button.
 * - `trust`: how surely the worker knows it. `session`: by their session in Kitsu. `access`:
 *   Cloudflare Access verified the e-mail. `claimed`: the person exists in Kitsu and is active,
 *   which proves nothing about the caller. `unchecked`: `id` and `email` are only claims, and there
 *   is nothing else.
 * - `email`: as Kitsu has it; absent if the worker may not read it
 * - `role`: in the studio. `project_roles`: in the projects of the selected tasks, by the project's
 *   id; only in a call
 * - `locale`, `timezone`: as Kitsu writes them, "fr_FR" and "Europe/Paris"
 */
export const ForwardedPerson = v.object({
  id: text,
  name: text,
  email: text,
  role: text,
  trust: v.picklist(["session", "access", "claimed", "unchecked"]),
  locale: text,
  timezone: text,
  project_roles: v.optional(v.record(v.string(), v.string())),
});
export type ForwardedPerson = v.InferOutput<typeof ForwardedPerson>;

/**
 * A selected task, as Kitsu has it now and shows it to this person.
 * - `label`: "SQ01 / SH010 / Animation", preceded by the project and the episode if they differ
 *   within the selection
 * - `entity_type`: "Shot", "Asset", "Sequence", "Episode" or "Edit"; empty if the entity was deleted
 */
export const ForwardedTask = v.object({
  id: v.string(),
  label: v.string(),
  entity: Named,
  entity_type: v.string(),
  task_type: Named,
  status: v.object({ ...Named.entries, short_name: v.string() }),
  project: Named,
  sequence: v.optional(Named),
  episode: v.optional(Named),
});
export type ForwardedTask = v.InferOutput<typeof ForwardedTask>;

/** Who reads the answer: a BCP 47 language tag, an IANA time zone. */
const ReaderInfo = v.object({
  language: v.string(),
  timeZone: text,
  theme: v.optional(v.picklist(["light", "dark"])),
});

/** `url`: the run's page. `progress`: where to report how far it is. */
const ForwardedRun = v.object({ id: RunId, url: v.string(), progress: v.string() });

const common = {
  version: v.literal(WIRE_VERSION),
  run: ForwardedRun,
  action: v.string(),
  reader: ReaderInfo,
  person: ForwardedPerson,
};

/** What the browser claimed. `missing`: selected tasks that Kitsu does not show. */
const ClaimedCall = v.object({
  dialect: v.string(),
  person: v.object({ id: text, email: text }),
  project: text,
  selection: v.array(v.string()),
  missing: v.optional(v.array(v.string())),
  entityType: text,
  path: text,
  server: text,
  params: v.record(v.string(), v.string()),
  input: v.optional(Input),
  form: text,
  plan: text,
  isBack: v.optional(v.boolean()),
  retryOf: v.optional(v.object({ id: RunId, at: v.number(), root: text })),
});

/**
 * A call. `tasks` are those of the selection, in its order; absent if the worker has no access to
 * Kitsu. If they are not all, `more_tasks` says how many are left, and where they are.
 */
export const ForwardedCall = v.object({
  ...common,
  type: v.literal("call"),
  tasks: v.optional(v.pipe(v.array(ForwardedTask), v.maxLength(FORWARDED_TASKS_MAX))),
  more_tasks: v.optional(v.object({ url: v.string(), count: v.number() })),
  call: ClaimedCall,
});
export type ForwardedCall = v.InferOutput<typeof ForwardedCall>;

/**
 * What a signed GET of `more_tasks` and of each `next` answers. The last answer has no `next`. An
 * hour after the call, or if there is no such list, the status is 404 or 410.
 */
export const MoreTasks = v.object({
  version: v.literal(WIRE_VERSION),
  tasks: v.pipe(v.array(ForwardedTask), v.maxLength(TASKS_PAGE_MAX)),
  next: text,
});
export type MoreTasks = v.InferOutput<typeof MoreTasks>;

/** Somebody clicked a button of a run in progress. Only servers that offer `controls` get it. */
export const ForwardedControl = v.object({
  ...common,
  type: v.picklist(["cancel", "pause", "resume"]),
});
export type ForwardedControl = v.InferOutput<typeof ForwardedControl>;

/** Somebody undoes a run. Only servers that offer `undo` get it, with the `data` of their offer. */
export const ForwardedUndo = v.object({
  ...common,
  type: v.literal("undo"),
  data: v.optional(v.unknown()),
});
export type ForwardedUndo = v.InferOutput<typeof ForwardedUndo>;

/** Whatever a studio's server receives. */
export const ForwardedRequest = v.union([ForwardedCall, ForwardedControl, ForwardedUndo]);
export type ForwardedRequest = v.InferOutput<typeof ForwardedRequest>;
