// Tasks as a launcher takes them: what is known of each, where its file is, and its preview, lent, where it has no file.

import { type RecordedFiles, readPreviewFiles, readRecordedFiles } from "../services/files.ts";
import type { Kitsu } from "../services/kitsu.ts";
import { readExtension } from "../services/media.ts";
import type { SelectedTask } from "../services/selection.ts";
import { isShown } from "../services/visible-data.ts";
import type { PreviewFile, Role } from "../services/zou-objects.ts";
import { type Launcher, type Launchers, nameApp } from "./launchers.ts";
import type { System } from "./operating-system.ts";
import { type Located, locate, type Paths } from "./paths.ts";
import { readTaskFacts, type TaskFacts } from "./template-variables.ts";
import type { LinkTarget } from "./ticket.ts";

export type Item = {
  facts: TaskFacts;
  paths: Paths;
  /** the preview's, lent: what opens where there is no path, and what the studio asks for by {media_url} */
  mediaUrl?: string | undefined;
  /** what is wrong with the path it would have */
  problem?: string | undefined;
  /** why its preview can't be lent */
  lack?: string | undefined;
};

/** What items are made with. */
export type Sources = {
  kitsu: Kitsu;
  person: { id?: string | undefined; name: string; email?: string | undefined };
  roleIn(projectId: string): Promise<Role | undefined>;
  lend(loan: LinkTarget): Promise<string>;
  /** may media be lent at all? */
  hasAccount: boolean;
  /** where the person sits, as far as can be told */
  system: System | undefined;
};

export type Items = {
  items: Item[];
  /** Kitsu does not show the person what was recorded */
  isHidden: boolean;
};

/** Does the launcher name this variable, in its link or in what its player is given? */
export function isUsing(launcher: Launcher, variable: "path" | "media_url"): boolean {
  if (launcher.kind === "ticket") return variable === "path" && launcher.file !== "none";
  const template = launcher.kind === "template" ? launcher.url : launcher.media;
  return [template, ...(launcher.command ?? [])].some(({ variables }) => variables.has(variable));
}

export async function readItems(
  tasks: readonly SelectedTask[],
  launcher: Launcher,
  launchers: Launchers,
  sources: Sources,
): Promise<Items> {
  const { kitsu, person, system } = sources;
  const [read, entityTypes, persons, roles] = await Promise.all([
    readPreviewFiles(
      kitsu.zou,
      tasks.flatMap(({ task }) => task.last_preview_file_id ?? []),
    ),
    kitsu.tables.entityTypes(),
    kitsu.tables.persons(),
    readRoles(tasks, sources),
  ]);
  const previews = new Map([...read].filter(([, preview]) => isShown(preview, roles.get(preview.task_id ?? ""))));
  const all = tasks.map((one) =>
    readTaskFacts(one, { previews, entityTypes, person, listed: persons.get(person.id ?? "") }),
  );
  const file = launcher.file === "none" || !isUsing(launcher, "path") ? undefined : launcher.file;
  const recorded = await readRecorded(file, all, roles, sources);
  const items = await Promise.all(
    all.map(async (facts): Promise<Item> => {
      const wanted = file && { file, extensions: launcher.extensions };
      const located: Located = wanted ? locate(facts, recorded.of(facts), wanted, launchers) : { paths: {} };
      const lacksPath =
        system === undefined ? Object.keys(located.paths).length === 0 : located.paths[system] === undefined;
      // A preview can be played, but not worked on.
      if (!isUsing(launcher, "media_url") && !(file === "output" && lacksPath)) return { facts, ...located };
      const lent = await lendPreview(facts, launcher, sources);
      return { facts, ...located, mediaUrl: lent.url, lack: lent.lack };
    }),
  );
  return { items, isHidden: recorded.isHidden };
}

type Roles = ReadonlyMap<string, Role | undefined>;

/** By task, the role in its project. */
async function readRoles(tasks: readonly SelectedTask[], { roleIn }: Sources): Promise<Roles> {
  return new Map(await Promise.all(tasks.map(async ({ task }) => [task.id, await roleIn(task.project_id)] as const)));
}

/** Zou shows recorded files to nobody who is a vendor, and so do we where it is the bot that asks. */
async function readRecorded(
  file: "output" | "working" | undefined,
  all: readonly TaskFacts[],
  roles: Roles,
  { kitsu }: Sources,
): Promise<RecordedFiles> {
  if (file === undefined) return { of: () => [], isHidden: false };
  const visible = all.filter(({ taskId }) => roles.get(taskId) !== "vendor");
  const recorded = await readRecordedFiles(kitsu.zou, file, visible);
  const ids = new Set(visible.map(({ taskId }) => taskId));
  return {
    isHidden: recorded.isHidden || visible.length < all.length,
    of: (task) => (ids.has(task.taskId) ? recorded.of(task) : []),
  };
}

async function lendPreview(
  { preview, label }: TaskFacts,
  launcher: Launcher,
  { lend, hasAccount }: Sources,
): Promise<{ url?: string; lack?: string }> {
  const lack = refusePreview(preview, launcher, hasAccount);
  if (preview === undefined || lack !== undefined) return { lack: lack ?? "" };
  const name = preview.revision === undefined ? label : `${label} v${preview.revision}`;
  return { url: await lend({ kind: "preview", previewId: preview.id, extension: preview.extension ?? "png", name }) };
}

function refusePreview(preview: PreviewFile | undefined, launcher: Launcher, hasAccount: boolean): string | undefined {
  if (preview === undefined) return "It has no preview yet";
  if (!hasAccount) return "Its preview can't be lent: that takes the account of a bot, KITSU_TOKEN";
  if (preview.status === "processing") return "Kitsu is still at work on its preview";
  if (preview.status === "broken" || preview.status === "missing") return "Its preview is broken";
  const extension = preview.extension?.replace(/^\./, "").toLowerCase();
  if (extension === undefined || canShow(launcher, extension)) return undefined;
  return `Its preview is a .${extension}, which ${nameApp(launcher)} does not show`;
}

/** Zou takes documents, scenes and archives as previews, too. Of every movie it makes one of a kind that players know. */
function canShow({ kind, file, extensions }: Launcher, extension: string): boolean {
  // Elsewhere the list is of what is worked on, and the preview stands beside it.
  const isMeant = file === "output" || !["template", "ticket"].includes(kind);
  if (extensions === undefined || !isMeant || extensions.includes(extension)) return true;
  return readExtension(extension) === "mp4" && extensions.some((one) => readExtension(one) === "mp4");
}
