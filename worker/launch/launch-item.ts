// Prepares tasks for a launcher: their variables, their file, and a temporary link to their preview
// if they have no file.

import { message, type Text } from "../format/message.ts";
import { type RecordedFiles, readPreviewFiles, readRecordedFiles } from "../services/files.ts";
import type { Kitsu } from "../services/kitsu.ts";
import { readExtension } from "../services/media.ts";
import type { SelectedTask } from "../services/selection.ts";
import { isPreviewVisible } from "../services/visible-data.ts";
import type { PreviewFile, Role } from "../services/zou-objects.ts";
import { getAppName, type Launcher, type Launchers } from "./launchers.ts";
import type { System } from "./operating-system.ts";
import { type FoundFile, findFile, type Paths } from "./paths.ts";
import { readTaskInfo, type TaskInfo } from "./template-variables.ts";
import type { LinkTarget } from "./ticket.ts";

export type LaunchItem = {
  info: TaskInfo;
  paths: Paths;
  /** a temporary link to the preview, for {media_url} and if there is no path */
  mediaUrl?: string | undefined;
  /** why it has no usable path */
  problem?: Text | undefined;
  /** why there is no link to its preview */
  previewProblem?: Text | undefined;
};

type ItemSources = {
  kitsu: Kitsu;
  person: { id?: string | undefined; name: string; email?: string | undefined };
  roleIn(projectId: string): Promise<Role | undefined>;
  createLink(target: LinkTarget): Promise<string>;
  /** without a bot's token, no media can be linked */
  hasBot: boolean;
  /** the person's, if it could be detected */
  system: System | undefined;
};

export type Items = {
  items: LaunchItem[];
  /** Kitsu does not show recorded files to the person */
  isHidden: boolean;
};

/** Does the launcher's link, media or command use this variable? */
function usesVariable(launcher: Launcher, variable: "path" | "media_url"): boolean {
  if (launcher.kind === "ticket") return variable === "path" && launcher.file !== "none";
  const template = launcher.kind === "template" ? launcher.url : launcher.media;
  return [template, ...(launcher.command ?? [])].some(({ variables }) => variables.has(variable));
}

export async function readItems(
  tasks: readonly SelectedTask[],
  launcher: Launcher,
  launchers: Launchers,
  sources: ItemSources,
): Promise<Items> {
  const { kitsu, person, system } = sources;
  const file = launcher.file === "none" || !usesVariable(launcher, "path") ? undefined : launcher.file;
  const [read, entityTypes, persons, { roles, recorded }] = await Promise.all([
    readPreviewFiles(
      kitsu.zou,
      tasks.flatMap(({ task }) => task.last_preview_file_id ?? []),
    ),
    kitsu.tables.entityTypes(),
    kitsu.tables.persons(),
    readRoles(tasks, sources).then(async (roles) => ({
      roles,
      recorded: await readRecorded(file, tasks, roles, sources),
    })),
  ]);
  const previews = new Map(
    [...read].filter(([, preview]) => isPreviewVisible(preview, roles.get(preview.task_id ?? ""))),
  );
  const all = tasks.map((one) =>
    readTaskInfo(one, { previews, entityTypes, person, zouPerson: persons.get(person.id ?? "") }),
  );
  const items = await Promise.all(
    all.map(async (info): Promise<LaunchItem> => {
      const filter = file && { file, extensions: launcher.extensions };
      const located: FoundFile = filter ? findFile(info, recorded.of(info), filter, launchers) : { paths: {} };
      const lacksPath =
        system === undefined ? Object.keys(located.paths).length === 0 : located.paths[system] === undefined;
      // A preview can replace a published file, but not a working file.
      if (!usesVariable(launcher, "media_url") && !(file === "output" && lacksPath)) return { info, ...located };
      const { url: mediaUrl, problem: previewProblem } = await linkPreview(info, launcher, sources);
      return { info, ...located, mediaUrl, previewProblem };
    }),
  );
  return { items, isHidden: recorded.isHidden };
}

type Roles = ReadonlyMap<string, Role | undefined>;

/** By task id: the person's role in the task's project. */
async function readRoles(tasks: readonly SelectedTask[], { roleIn }: ItemSources): Promise<Roles> {
  return new Map(await Promise.all(tasks.map(async ({ task }) => [task.id, await roleIn(task.project_id)] as const)));
}

/**
 * Zou does not show recorded files to vendors. With the bot's token, they are filtered out here.
 */
async function readRecorded(
  file: "output" | "working" | undefined,
  tasks: readonly SelectedTask[],
  roles: Roles,
  { kitsu }: ItemSources,
): Promise<RecordedFiles> {
  if (file === undefined) return { of: () => [], isHidden: false };
  const visible = tasks.flatMap(({ task: { id, entity_id } }) =>
    roles.get(id) === "vendor" ? [] : [{ taskId: id, entityId: entity_id }],
  );
  const recorded = await readRecordedFiles(kitsu.zou, file, visible);
  const ids = new Set(visible.map(({ taskId }) => taskId));
  return {
    isHidden: recorded.isHidden || visible.length < tasks.length,
    of: (task) => (ids.has(task.taskId) ? recorded.of(task) : []),
  };
}

async function linkPreview(
  { preview, label }: TaskInfo,
  launcher: Launcher,
  { createLink, hasBot }: ItemSources,
): Promise<{ url?: string; problem?: Text }> {
  const problem = refusePreview(preview, launcher, hasBot);
  if (preview === undefined || problem !== undefined) return { problem: problem ?? "" };
  const name = preview.revision === undefined ? label : `${label} v${preview.revision}`;
  const extension = preview.extension ?? "png";
  return { url: await createLink({ kind: "preview", previewId: preview.id, extension, name }) };
}

function refusePreview(preview: PreviewFile | undefined, launcher: Launcher, hasBot: boolean): Text | undefined {
  if (preview === undefined) return message("launch.noPreview");
  if (!hasBot) return message("launch.previewNeedsBot");
  if (preview.status === "processing") return message("launch.previewProcessing");
  if (preview.status === "broken" || preview.status === "missing") return message("launch.previewBroken");
  const extension = preview.extension?.replace(/^\./, "").toLowerCase();
  if (extension === undefined || canShow(launcher, extension)) return undefined;
  return message("launch.previewNotShown", { extension: `.${extension}`, app: getAppName(launcher) });
}

/** Zou also accepts documents, scenes and archives as previews. It converts every movie to MP4. */
function canShow({ kind, file, extensions }: Launcher, extension: string): boolean {
  // For working files of other programs, the list does not apply to the preview.
  const appliesToPreview = file === "output" || !["template", "ticket"].includes(kind);
  if (extensions === undefined || !appliesToPreview || extensions.includes(extension)) return true;
  return readExtension(extension) === "mp4" && extensions.some((one) => readExtension(one) === "mp4");
}
