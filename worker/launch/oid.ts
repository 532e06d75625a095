// Where a task's object is in Kabaret: its oid, a path of flow names, made of Kitsu's names after the rules of the studio or of libreflow.

import { type Entry, type Kabaret, OID_VARIABLES } from "./kabaret-settings.ts";
import { fillTemplate, findMissing, parseTemplate, type Template, type Values } from "./template.ts";
import type { TaskFacts } from "./template-variables.ts";

/**
 * Where libreflow itself looks for what Kitsu has, by the type of production.
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

/** The object: `note` says where it is not exactly what was asked for. `link` makes its link, with the address of a ticket if there is one. */
export type Found = { oid: string; note?: string | undefined; link(ticket?: string): string } | { problems: string[] };

export function findObject(facts: TaskFacts, kabaret: Kabaret, entry?: Entry): Found {
  const values = nameValues(facts, kabaret);
  const recorded = String(facts.values[`entity.data.${kabaret.oid_metadata_field}`] ?? "").trim();
  const made = recorded === "" ? makeOid(facts, values, kabaret, entry) : { oid: recorded.replace(/^(?!\/)/, "/") };
  if ("problems" in made) return made;
  const oid = [made.oid, entry?.action].filter(Boolean).join("/");
  if (!isOid(oid, kabaret)) return { problems: explainOid(oid, values, facts, kabaret, recorded !== "") };
  const [, project] = oid.split("/");
  const link = (ticket?: string) => {
    const filled = fillTemplate(kabaret.url_template, { ...values, project, oid, ticket });
    return "text" in filled ? filled.text : "";
  };
  const lacks = findMissing(kabaret.url_template, { ...values, project, oid, ticket: "-" });
  return lacks.length > 0
    ? { problems: lacks.map(sayMissing) }
    : { oid, link, note: "note" in made ? made.note : undefined };
}

const rename = (name: Values[string], { name_rules }: Kabaret) =>
  name_rules.reduce((before, { match, replace }) => before.replace(match, replace), String(name ?? ""));

const lookUp = (names: Readonly<Record<string, string>>, name: string) =>
  Object.hasOwn(names, name) ? names[name] : undefined;

function nameValues({ values, taskType }: TaskFacts, kabaret: Kabaret): Values {
  const columns = Object.entries(values).filter(([name]) => name.startsWith("entity.data."));
  return {
    ...values,
    ...Object.fromEntries(columns.map(([name, value]) => [name, rename(value, kabaret)])),
    project: lookUp(kabaret.project_names, String(values["project.id"])) ?? rename(values.project, kabaret),
    episode: rename(values.episode, kabaret),
    sequence: rename(values.sequence, kabaret),
    entity: rename(values.entity, kabaret),
    asset_type: lookUp(kabaret.asset_type_names, String(values.asset_type)) ?? rename(values.asset_type, kabaret),
    task: lookUp(kabaret.task_names, taskType) ?? nameTask(taskType, kabaret),
  };
}

function nameTask(taskType: string, kabaret: Kabaret): string | undefined {
  if (kabaret.task_rule === "map") return undefined;
  return rename(kabaret.task_rule === "lower" ? taskType.toLowerCase() : taskType, kabaret);
}

type Oid = { oid: string; note?: string | undefined } | { problems: string[] };

function makeOid(
  { entityType, taskType, isShow }: TaskFacts,
  values: Values,
  kabaret: Kabaret,
  entry: Entry | undefined,
): Oid {
  const template = findTemplate(entityType, isShow, kabaret, entry);
  if (template === undefined) {
    const what =
      entityType === "" ? "a deleted entity" : /^[AE]/.test(entityType) ? `an ${entityType}` : `a ${entityType}`;
    return { problems: [`${kabaret.app} has no place for ${what.toLowerCase()}: oid_templates has none`] };
  }
  const isUnmapped = template.variables.has("task") && values.task === undefined;
  const lack = isUnmapped ? `The task type ${taskType} has no name in ${kabaret.app}: task_names has none` : undefined;
  // An action of the task is none of its shot.
  const mayBeEntity = kabaret.unmapped_task === "entity" && entry?.action === undefined;
  const whole = isUnmapped && mayBeEntity ? cutTask(template) : template;
  const missing = findMissing(whole, values);
  if (missing.length > 0)
    return { problems: missing.map((variable) => (variable === "task" && lack ? lack : sayMissing(variable))) };
  // A name must not lead elsewhere.
  const parted = [...whole.variables].filter((variable) => String(values[variable] ?? "").includes("/"));
  if (parted.length > 0) return { problems: parted.map((variable) => sayUnfit(variable, values[variable], kabaret)) };
  const filled = fillTemplate(whole, values);
  if ("problem" in filled) return { problems: [filled.problem] };
  return {
    oid: filled.text,
    ...(lack !== undefined && { note: `${lack}. The ${entityType.toLowerCase()} itself is opened` }),
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

/** The template without what begins at "/tasks/"; as it is, where the task is elsewhere in it. */
function cutTask(template: Template): Template {
  const cut = parseTemplate(template.source.replace(/\/tasks\/.*$/s, ""), OID_VARIABLES, true);
  return typeof cut === "string" ? template : cut;
}

/** However wide the studio's pattern is, this is what neither a link nor a command line may be given. */
const isOid = (oid: string, { oid_pattern }: Kabaret) =>
  oid_pattern.test(oid) && !/[\s\p{C}"'`$\\]/u.test(oid) && !oid.split("/").includes("..");

const NOUNS: Readonly<Record<string, string>> = {
  project: "project",
  episode: "episode",
  sequence: "sequence",
  entity: "name",
  asset_type: "asset type",
  task: "task type",
};

const sayMissing = (variable: string) =>
  variable.startsWith("entity.data.")
    ? `Kitsu has nothing in its column ${variable.slice("entity.data.".length)}, which its address needs`
    : `Kitsu has no ${NOUNS[variable] ?? variable} for it, which its address needs`;

/** Where a name is put right. */
const REMEDIES: Readonly<Record<string, string>> = {
  project: "an entry in project_names",
  asset_type: "an entry in asset_type_names",
  task: "an entry in task_names",
};

/** Which of the names is at fault, and which table would put it right. */
function explainOid(
  oid: string,
  values: Values,
  { values: kitsu, taskType }: TaskFacts,
  kabaret: Kabaret,
  isRecorded: boolean,
) {
  const shown = oid.slice(0, 200);
  if (isRecorded)
    return [`The column ${kabaret.oid_metadata_field} has "${shown}", which is no address of ${kabaret.app}`];
  const said: Values = { ...kitsu, task: taskType };
  const problems = ["project", "episode", "sequence", "asset_type", "entity", "task"].flatMap((variable) => {
    const name = String(values[variable] ?? "");
    if (name === "" || isOid(`/${name}`, kabaret)) return [];
    return [sayUnfit(variable, said[variable], kabaret)];
  });
  return problems.length > 0 ? problems : [`"${shown}" is no address of ${kabaret.app}, by oid_pattern`];
}

const sayUnfit = (variable: string, name: Values[string], { app }: Kabaret) =>
  `"${String(name).slice(0, 80)}" can't be a name in ${app}: letters, digits and underscores alone, and no digit first. It needs ${REMEDIES[variable] ?? "a rule in name_rules"}`;
