// Labels for tasks, in the format of Kitsu's My Tasks page. Each label is unique within a
// selection, so that nobody confirms the wrong shot.
import type { SelectedTask } from "./selection.ts";

type UnlabeledTask = Omit<SelectedTask, "name" | "label" | "entityLabel">;

/**
 * "SQ01 / SH010", "Characters / Mira", "Concept / Harbor": without the project and episode. A label
 * is the same in every language, so a deleted entity is only a dash.
 */
function formatEntity({ entity, parent, assetType }: UnlabeledTask): string {
  if (entity === undefined) return "–";
  const group =
    { Shot: parent?.name, Asset: assetType, Sequence: "", Edit: "", Episode: "" }[entity.type] ?? entity.type;
  return join(group, entity.name);
}

/** With the project and episode. */
export const formatFullName = (one: UnlabeledTask): string =>
  join(one.project?.name, episodeName(one), formatEntity(one));

/** Labels have the project and the episode if these tasks have several. */
export function labelTasks(tasks: readonly UnlabeledTask[]): SelectedTask[] {
  const hasProjects = new Set(tasks.map(({ task }) => task.project_id)).size > 1;
  const hasEpisodes = new Set(tasks.map(({ episode }) => episode?.id)).size > 1;
  const labeled = tasks.map((one): SelectedTask => {
    const entity = formatEntity(one);
    const type = one.taskType?.name ?? one.task.name;
    const project = one.project?.name ?? one.task.project_id;
    const entityLabel = join(hasProjects ? project : "", hasEpisodes ? episodeName(one) : "", entity);
    return { ...one, name: join(entity, type), entityLabel, label: join(entityLabel, type) };
  });
  const byLabel = Map.groupBy(labeled, ({ label }) => label);
  return labeled.map((one) => ((byLabel.get(one.label)?.length ?? 0) > 1 ? distinguish(one) : one));
}

/** Empty for the episode itself, which is named already. */
const episodeName = ({ entity, episode }: UnlabeledTask) => (entity?.type === "Episode" ? "" : episode?.name);

/**
 * In Kitsu the first task of a type is called "main", and a second one has its own name. A deleted
 * entity only has its id.
 */
function distinguish(one: SelectedTask): SelectedTask {
  const own = one.entity === undefined ? one.task.entity_id : one.task.name;
  return own === "main" ? one : { ...one, label: `${one.label} (${own})` };
}

const join = (...parts: (string | undefined)[]) => parts.filter(Boolean).join(" / ");
