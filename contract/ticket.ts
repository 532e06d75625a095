// What the handler at a workstation fetches and reports: examples/handler.
import * as v from "valibot";

const text = v.optional(v.string());
const number = v.optional(v.number());

/**
 * One thing to open. `path` is its file on each operating system, `media_url` a preview to play.
 */
export const TicketItem = v.object({
  task_id: v.string(),
  entity_id: v.string(),
  name: v.string(),
  path: v.optional(v.object({ linux: text, windows: text, darwin: text })),
  media_url: text,
  frame_in: number,
  frame_out: number,
  fps: number,
});
export type TicketItem = v.InferOutput<typeof TicketItem>;

/**
 * What to open, for the handler at a workstation. It can be fetched once, within a minute.
 * - `app`: the launcher's id in the worker's settings
 * - `run`: the address of the run
 * - `kabaret`: the object in Kabaret, and the button of the action to run there; null: its first
 *   button
 */
export const Ticket = v.object({
  version: v.literal(1),
  verb: v.string(),
  app: v.string(),
  issued_at: v.string(),
  expires_at: v.string(),
  person: v.object({ id: text, email: text }),
  run: v.string(),
  items: v.array(TicketItem),
  kabaret: v.optional(
    v.object({
      oid: v.string(),
      project: v.string(),
      run: v.optional(v.object({ button: v.nullable(v.string()) })),
    }),
  ),
});
export type Ticket = v.InferOutput<typeof Ticket>;

/**
 * Whether the handler took the ticket, and what it reported about the program, if it reports at
 * all. An unknown ticket is `expired`.
 */
export const TicketState = v.union([
  v.object({ state: v.picklist(["waiting", "expired"]) }),
  v.object({
    state: v.literal("taken"),
    outcome: v.optional(v.object({ state: v.picklist(["pending", "started", "failed", "unknown"]), text: v.string() })),
  }),
]);
export type TicketState = v.InferOutput<typeof TicketState>;
