// Calls an action as Kitsu does.
import { LANGUAGE_PARAMETER } from "../worker/format/reader.ts";
import type { KitsuActionsWorker } from "../worker/index.ts";
import { makeRunId, RUN_PARAMETER } from "../worker/storage/run-links.ts";
import { type CalledAction, readCalled } from "./called-action.ts";
import { makeEnvironment, type TestSettings } from "./environment.ts";
import { KITSU_URL } from "./kitsu.ts";
import { post, type Sender, WORKER_URL } from "./send.ts";

/** A call, as Kitsu would make it. */
export type ActionCall = {
  /** who runs the action: `kitsu.people.supervisor` */
  person: { id: string; email: string };
  /** the selected tasks: `kitsu.tasks.slice(0, 2)` */
  tasks: readonly { id: string }[];
  /** "ajax" replies to Kitsu's page, "form" opens a page of its own; "ajax" if absent */
  mode?: "ajax" | "form";
  /** the query parameters of the action's URL */
  params?: Readonly<Record<string, string>>;
  /** settings as in the `vars` of wrangler.toml, and secrets */
  settings?: TestSettings;
  /** the language of Kitsu's page, such as "fr"; English if absent */
  language?: string;
  /**
   * "session": the person's session in Kitsu comes with the call, so the action acts as the person.
   * "claimed": it does not, so the action uses the bot's account. "claimed" if absent
   */
  trust?: "session" | "claimed";
};

/**
 * Calls an action of the worker, as Kitsu does when a person runs it on tasks.
 *
 * ```ts
 * const kitsu = openKitsu();
 * const call = { person: kitsu.people.artist, tasks: kitsu.tasks };
 * const { reply } = await callAction(worker, "publish", call);
 * expect(reply).toMatchObject({ kind: "done", severity: "success" });
 * ```
 *
 * @param worker the default export of the main module
 * @param id of the action
 */
export async function callAction(worker: KitsuActionsWorker, id: string, call: ActionCall): Promise<CalledAction> {
  const { person, tasks, mode = "ajax", params = {}, settings = {}, language = "en", trust = "claimed" } = call;
  const sender: Sender = { worker, environment: makeEnvironment(settings), person, tasks, mode, trust };
  // Browsers send Kitsu's session only to Kitsu's own host.
  const origin = trust === "session" ? KITSU_URL : WORKER_URL;
  const base = `${origin}${settings.BASE_PATH ?? ""}`;
  const query = new URLSearchParams({ ...params, [RUN_PARAMETER]: makeRunId(), [LANGUAGE_PARAMETER]: language });
  const url = `${base}/actions/${id}?${query}`;
  return readCalled({ sender, url, base }, await post(sender, url));
}
