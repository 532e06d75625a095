// How a task is named, as Kitsu's own My Tasks names it: so that nobody agrees to the wrong shot, two tasks of a selection have two names.
import type { SelectedTask } from "./selection.ts";

type Known = Omit<SelectedTask, "name" | "label" | "entityLabel">;
export type Labels = Pick<SelectedTask, "name" | "label" | "entityLabel">;

/** "SQ01 / SH010", "Characters / Mira", "Concept / Harbor": the entity within its project and episode. */
export function nameEntity({ entity, parent, assetType }: Pick<Known, "entity" | "parent" | "assetType">): string {
  if (entity === undefined) return "(deleted)";
  const group =
    { Shot: parent?.name, Asset: assetType, Sequence: "", Edit: "", Episode: "" }[entity.type] ?? entity.type;
  return join(group, entity.name);
}

/** Its project and its episode, too. */
export const nameInFull = (one: Known): string => join(one.project?.name, nameEpisode(one), nameEntity(one));

/** Says the project and the episode where they differ within these tasks. */
export function labelTasks(tasks: readonly Known[]): SelectedTask[] {
  const hasProjects = new Set(tasks.map(({ task }) => task.project_id)).size > 1;
  const hasEpisodes = new Set(tasks.map(({ episode }) => episode?.id)).size > 1;
  const labeled = tasks.map((one): SelectedTask => {
    const entity = nameEntity(one);
    const type = one.taskType?.name ?? one.task.name;
    const project = one.project?.name ?? one.task.project_id;
    const entityLabel = join(hasProjects ? project : "", hasEpisodes ? nameEpisode(one) : "", entity);
    return { ...one, name: join(entity, type), entityLabel, label: join(entityLabel, type) };
  });
  const alike = Map.groupBy(labeled, ({ label }) => label);
  return labeled.map((one) => ((alike.get(one.label)?.length ?? 0) > 1 ? tellApart(one) : one));
}

/** An episode is not named twice. */
const nameEpisode = ({ entity, episode }: Known) => (entity?.type === "Episode" ? "" : episode?.name);

/** A second task of the same type has a name of its own in Kitsu, where the first is "main"; of what is deleted only the id is left. */
function tellApart(one: SelectedTask): SelectedTask {
  const own = one.entity === undefined ? one.task.entity_id : one.task.name;
  return own === "main" ? one : { ...one, label: `${one.label} (${own})` };
}

const join = (...parts: (string | undefined)[]) => parts.filter(Boolean).join(" / ");
