// Lines of the log, as JSON and CSV have them.
import { listActions } from "../actions/index.ts";
import { localize } from "../format/localize.ts";
import type { Text } from "../format/message.ts";
import type { RequestContext } from "../request/request-context.ts";
import type { Settings } from "../settings/settings.ts";
import { linkRun } from "../storage/run-links.ts";
import type { LoggedRun } from "../storage/run-log.ts";

type LogRow = Omit<LoggedRun, "title"> & { title: string; actionTitle: string; url: string };

/** The current titles of the actions, by id. */
export const readTitles = (settings: Settings): ReadonlyMap<string, Text> =>
  new Map(listActions(settings).map(({ id, title }) => [id, title]));

/** Returns a function that puts a run into the reader's language. */
export function makeRowWriter({ settings, base, reader }: RequestContext): (run: LoggedRun) => LogRow {
  const titles = readTitles(settings);
  return (run) => ({
    ...run,
    title: localize(run.title, reader),
    actionTitle: localize(titles.get(run.action) ?? run.action, reader),
    url: linkRun(base, run.id, run.at).url,
  });
}
