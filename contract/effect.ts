// What Kitsu's page does for the person besides showing the reply.
import * as v from "valibot";
import { skipInvalid } from "./skip-invalid.ts";

const label = v.optional(v.string());

/**
 * One way to start the program: a URL with a custom protocol, for one operating system (`linux`,
 * `windows`, `darwin`) or, without `system`, for all of them. `command` is what to type instead
 * when the URL does not work.
 */
export const LaunchOption = v.object({
  system: v.optional(v.string()),
  url: v.string(),
  command: v.optional(v.string()),
});
/** @interface */
export type LaunchOption = v.InferOutput<typeof LaunchOption>;

/**
 * Starts a program with a custom protocol. Browsers don't report whether anything opened. Only a
 * `ticket` shows it: its URL answers `{"state": "waiting" | "taken" | "expired"}`, and, if the
 * program that took it reports back, `"outcome": {"state": "pending" | "started" | "failed" |
 * "unknown", "text"}`.
 * - `app`: the program's name, "Nuke"
 * - `system`: a guess; the person can choose another of the `ways`
 * - `until`: when the ticket expires, in epoch milliseconds
 * - `help`: the page to read when nothing opens
 */
export const Launch = v.object({
  kind: v.literal("launch"),
  app: v.string(),
  ways: v.pipe(skipInvalid(LaunchOption), v.minLength(1)),
  system: v.optional(v.string()),
  ticket: v.optional(v.object({ url: v.string(), until: v.number() })),
  help: v.optional(v.string()),
  label,
});
/** @interface */
export type Launch = v.InferOutput<typeof Launch>;

/**
 * Every effect has a button, except `refresh`, which shows nothing.
 * - `open`: opens the URL in a new tab, without a click if the browser still allows it. A form's
 *   own tab navigates there.
 * - `copy`: copies the text when the button is clicked; never on its own, because that would
 *   replace what is on the clipboard.
 * - `download`: saves the URL as `name` when the button is clicked.
 * - `go`: goes to a page of Kitsu, "/productions/...", in the same tab and without a reload, when
 *   the button is clicked.
 * - `refresh`: makes Kitsu reload these tasks. Rarely needed, because Zou tells Kitsu about
 *   changes.
 * - `launch`: starts a program, without a click if the browser still allows it.
 */
export const Effect = v.union([
  v.object({ kind: v.literal("open"), url: v.string(), label }),
  v.object({ kind: v.literal("copy"), text: v.string(), label }),
  v.object({ kind: v.literal("download"), url: v.string(), name: v.string(), label }),
  v.object({ kind: v.literal("go"), path: v.pipe(v.string(), v.regex(/^\/(?!\/)[^\s\\]*$/)), label }),
  v.object({ kind: v.literal("refresh"), tasks: v.array(v.string()) }),
  Launch,
]);
export type Effect = v.InferOutput<typeof Effect>;
