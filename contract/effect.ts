// What a page does for the person beside showing the reply.
import * as v from "valibot";
import { skipInvalid } from "./skip-invalid.ts";

const label = v.optional(v.string());

/**
 * One way to start the program: the custom protocol's URL for one operating system (`linux`, `windows`, `darwin`; absent: for all of them),
 * and what to type instead, for whom it does not work.
 */
export const Way = v.object({ system: v.optional(v.string()), url: v.string(), command: v.optional(v.string()) });
export type Way = v.InferOutput<typeof Way>;

/**
 * Starts a program by a custom protocol. Browsers do not tell whether anything opened: only where there is a `ticket` can that be known, by
 * asking its URL, which answers `{"state": "waiting" | "taken" | "expired"}`; where whoever took it says what became of the program, also
 * `"outcome": {"state": "pending" | "started" | "failed" | "unknown", "text"}`.
 * - `app`: the program's name, "Nuke"
 * - `system`: the guess; the person can choose another of the `ways`
 * - `until`: when the ticket expires, in epoch milliseconds
 * - `help`: the page to read when nothing opens
 */
export const Launch = v.object({
  kind: v.literal("launch"),
  app: v.string(),
  ways: v.pipe(skipInvalid(Way), v.minLength(1)),
  system: v.optional(v.string()),
  ticket: v.optional(v.object({ url: v.string(), until: v.number() })),
  help: v.optional(v.string()),
  label,
});
export type Launch = v.InferOutput<typeof Launch>;

/**
 * Each has a button, but for `refresh`, which is not seen.
 * - `open`: opens the URL in a new tab, at once where the browser still allows it; a form's own tab goes there.
 * - `copy`: puts the text on the clipboard, by the button alone: nobody wants to lose what was there.
 * - `download`: saves what is at the URL under `name`, by the button alone.
 * - `go`: goes to a page of Kitsu, "/productions/...", within the tab and without a reload, by the button alone.
 * - `refresh`: has Kitsu read these tasks again. Hardly ever needed, for Kitsu hears of what Zou changes.
 * - `launch`: starts a program, at once where the browser still allows it.
 */
export const Effect = v.variant("kind", [
  v.object({ kind: v.literal("open"), url: v.string(), label }),
  v.object({ kind: v.literal("copy"), text: v.string(), label }),
  v.object({ kind: v.literal("download"), url: v.string(), name: v.string(), label }),
  v.object({ kind: v.literal("go"), path: v.pipe(v.string(), v.regex(/^\/(?!\/)[^\s\\]*$/)), label }),
  v.object({ kind: v.literal("refresh"), tasks: v.array(v.string()) }),
  Launch,
]);
export type Effect = v.InferOutput<typeof Effect>;
