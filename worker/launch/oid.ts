// The address of a task in Kabaret: its oid, a path of flow names, made from Kitsu's names with the
// rules of the studio or of libreflow.

import { message, type Text } from "../format/message.ts";
import { type Entry, type Kabaret, OID_VARIABLES } from "./kabaret-settings.ts";
import { joinReasons } from "./reasons.ts";
import { fillTemplate, findMissing, parseTemplate, type Template, type Values } from "./template.ts";
import type { TaskInfo } from "./template-variables.ts";

/**
 * Libreflow's own rules for tasks from Kitsu, by type of production.
 * @see libreflow 2.18.0, baseflow/mytasks.py, set_task_oid
 */
const SHOW = {
  Shot: "/{project}/films/{episode}/sequences/{sequence}/shots/{entity}/tasks/{task}",
  Asset: "/{project}/asset_libs/{episode|default:MAIN_PACK}/asset_types/{asset_type}/assets/{entity}/tasks/{task}",
  Sequence: "/{project}/films/{episode}/sequences/{entity}",
  Episode: "/{project}/films/{entity}",
};
const FILM = {
  Shot: "/{project}/films/{project}/sequences/{sequence}/shots/{entity}/tasks/{task}",
  Asset: "/{project}/asset_types/{asset_type}[/asset_families/{entity.data.category}]/assets/{entity}/tasks/{task}",
  Sequence: "/{project}/films/{project}/sequences/{entity}",
  Episode: "/{project}/films/{entity}",
};

/**
 * The object, or why there is none. `note` explains why it is not exactly the task. `link` makes
 * its link, with a ticket's URL if there is one.
 */
type FoundObject = { oid: string; note?: Text | undefined; link(ticket?: string): string } | { problems: Text[] };

export function findObject(info: TaskInfo, kabaret: Kabaret, entry?: Entry): FoundObject {
  const values = makeNames(info, kabaret);
  const recorded = String(info.values[`entity.data.${kabaret.oid_metadata_field}`] ?? "").trim();
  const made = recorded === "" ? makeOid(info, values, kabaret, entry) : { oid: recorded.replace(/^(?!\/)/, "/") };
  if ("problems" in made) return made;
  const oid = [made.oid, entry?.action].filter(Boolean).join("/");
  if (!isOid(oid, kabaret)) return { problems: explainOid(oid, values, info, kabaret, recorded !== "") };
  const [, project] = oid.split("/");
  const link = (ticket?: string) => {
    const filled = fillTemplate(kabaret.url_template, { ...values, project, oid, ticket });
    return "text" in filled ? filled.text : "";
  };
  const missing = findMissing(kabaret.url_template, { ...values, project, oid, ticket: "-" });
  return missing.length > 0
    ? { problems: missing.map(explainMissing) }
    : { oid, link, note: "note" in made ? made.note : undefined };
}

const applyRules = (name: Values[string], { name_rules }: Kabaret) =>
  name_rules.reduce((before, { match, replace }) => before.replace(match, replace), String(name ?? ""));

const lookUp = (names: Readonly<Record<string, string>>, name: string) =>
  Object.hasOwn(names, name) ? names[name] : undefined;

function makeNames({ values, taskType }: TaskInfo, kabaret: Kabaret): Values {
  const columns = Object.entries(values).filter(([name]) => name.startsWith("entity.data."));
  return {
    ...values,
    ...Object.fromEntries(columns.map(([name, value]) => [name, applyRules(value, kabaret)])),
    project: lookUp(kabaret.project_names, String(values["project.id"])) ?? applyRules(values.project, kabaret),
    episode: applyRules(values.episode, kabaret),
    sequence: applyRules(values.sequence, kabaret),
    entity: applyRules(values.entity, kabaret),
    asset_type: lookUp(kabaret.asset_type_names, String(values.asset_type)) ?? applyRules(values.asset_type, kabaret),
    task: lookUp(kabaret.task_names, taskType) ?? makeTaskName(taskType, kabaret),
  };
}

function makeTaskName(taskType: string, kabaret: Kabaret): string | undefined {
  if (kabaret.task_rule === "map") return undefined;
  return applyRules(kabaret.task_rule === "lower" ? taskType.toLowerCase() : taskType, kabaret);
}

type Oid = { oid: string; note?: Text | undefined } | { problems: Text[] };

function makeOid(
  { entityType, taskType, isShow }: TaskInfo,
  values: Values,
  kabaret: Kabaret,
  entry: Entry | undefined,
): Oid {
  const template = findTemplate(entityType, isShow, kabaret, entry);
  if (template === undefined)
    return { problems: [message("kabaret.noTemplate", { type: entityType || "deleted", app: kabaret.app })] };
  const isUnmapped = template.variables.has("task") && values.task === undefined;
  const noName = isUnmapped ? message("kabaret.taskUnnamed", { taskType, app: kabaret.app }) : undefined;
  // The shot does not have the task's action.
  const mayBeEntity = kabaret.unmapped_task === "entity" && entry?.action === undefined;
  const whole = isUnmapped && mayBeEntity ? cutTask(template) : template;
  const missing = findMissing(whole, values);
  if (missing.length > 0)
    return { problems: missing.map((variable) => (variable === "task" && noName ? noName : explainMissing(variable))) };
  // A name must not add a level to the path.
  const withSlash = [...whole.variables].filter((variable) => String(values[variable] ?? "").includes("/"));
  if (withSlash.length > 0)
    return { problems: withSlash.map((variable) => explainInvalidName(variable, values[variable], kabaret)) };
  const filled = fillTemplate(whole, values);
  if ("problem" in filled) return { problems: [filled.problem] };
  return {
    oid: filled.text,
    ...(noName !== undefined && { note: joinReasons([noName, message("kabaret.entityOpened", { type: entityType })]) }),
  };
}

function findTemplate(type: string, isShow: boolean, kabaret: Kabaret, entry: Entry | undefined): Template | undefined {
  const own = [entry?.oid_templates ?? {}, kabaret.oid_templates].flatMap((all) =>
    Object.entries(all).flatMap(([kind, template]) => (kind === type ? [template] : [])),
  );
  if (own[0] !== undefined) return own[0];
  const [, source] = Object.entries(isShow ? SHOW : FILM).find(([kind]) => kind === type) ?? [];
  const parsed = source === undefined ? undefined : parseTemplate(source, OID_VARIABLES, true);
  return typeof parsed === "string" ? undefined : parsed;
}

/** The template up to "/tasks/", or the whole template if it does not contain that. */
function cutTask(template: Template): Template {
  const cut = parseTemplate(template.source.replace(/\/tasks\/.*$/s, ""), OID_VARIABLES, true);
  return typeof cut === "string" ? template : cut;
}

/**
 * Some characters must never be in a link or a command line, whatever the studio's pattern allows.
 */
const isOid = (oid: string, { oid_pattern }: Kabaret) =>
  oid_pattern.test(oid) && !/[\s\p{C}"'`$\\]/u.test(oid) && !oid.split("/").includes("..");

const COLUMN = "entity.data.";

const explainMissing = (variable: string): Text =>
  variable.startsWith(COLUMN)
    ? message("kabaret.columnEmpty", { column: variable.slice(COLUMN.length) })
    : message("kabaret.valueMissing", { variable });

/** Which name is invalid, and which setting corrects it. */
function explainOid(
  oid: string,
  values: Values,
  { values: kitsu, taskType }: TaskInfo,
  kabaret: Kabaret,
  isRecorded: boolean,
): Text[] {
  const shown = oid.slice(0, 200);
  if (isRecorded)
    return [message("kabaret.columnInvalid", { column: kabaret.oid_metadata_field, oid: shown, app: kabaret.app })];
  const kitsuNames: Values = { ...kitsu, task: taskType };
  const problems = ["project", "episode", "sequence", "asset_type", "entity", "task"].flatMap((variable) => {
    const name = String(values[variable] ?? "");
    if (name === "" || isOid(`/${name}`, kabaret)) return [];
    return [explainInvalidName(variable, kitsuNames[variable], kabaret)];
  });
  return problems.length > 0 ? problems : [message("kabaret.oidInvalid", { oid: shown, app: kabaret.app })];
}

/** Also which setting corrects it. */
const explainInvalidName = (variable: string, name: Values[string], { app }: Kabaret): Text =>
  message("kabaret.nameInvalid", { variable, name: String(name).slice(0, 80), app });
