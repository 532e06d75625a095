// The address of a task in Kabaret: its oid, a path of flow names, made from Kitsu's names with the rules of
// the studio or of libreflow.

import { type Entry, type Kabaret, OID_VARIABLES } from "./kabaret-settings.ts";
import { fillTemplate, findMissing, parseTemplate, type Template, type Values } from "./template.ts";
import type { TaskFacts } from "./template-variables.ts";

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
 * The object, or why there is none. `note` explains why it is not exactly the task. `link` makes its link,
 * with a ticket's URL if there is one.
 */
type FoundObject = { oid: string; note?: string | undefined; link(ticket?: string): string } | { problems: string[] };

export function findObject(facts: TaskFacts, kabaret: Kabaret, entry?: Entry): FoundObject {
  const values = makeNames(facts, kabaret);
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
  const missing = findMissing(kabaret.url_template, { ...values, project, oid, ticket: "-" });
  return missing.length > 0
    ? { problems: missing.map(explainMissing) }
    : { oid, link, note: "note" in made ? made.note : undefined };
}

const applyRules = (name: Values[string], { name_rules }: Kabaret) =>
  name_rules.reduce((before, { match, replace }) => before.replace(match, replace), String(name ?? ""));

const lookUp = (names: Readonly<Record<string, string>>, name: string) =>
  Object.hasOwn(names, name) ? names[name] : undefined;

function makeNames({ values, taskType }: TaskFacts, kabaret: Kabaret): Values {
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
    return { problems: [`${kabaret.app} has no address for ${what.toLowerCase()}: add one to oid_templates`] };
  }
  const isUnmapped = template.variables.has("task") && values.task === undefined;
  const noName = isUnmapped
    ? `The task type ${taskType} has no name in ${kabaret.app}: add it to task_names`
    : undefined;
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
    ...(noName !== undefined && { note: `${noName}. The ${entityType.toLowerCase()} is opened instead` }),
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

/** Some characters must never be in a link or a command line, whatever the studio's pattern allows. */
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

const explainMissing = (variable: string) =>
  variable.startsWith("entity.data.")
    ? `Its column ${variable.slice("entity.data.".length)} in Kitsu is empty, and its address needs it`
    : `It has no ${NOUNS[variable] ?? variable} in Kitsu, and its address needs one`;

/** The setting that corrects a name. */
const REMEDIES: Readonly<Record<string, string>> = {
  project: "it to project_names",
  asset_type: "it to asset_type_names",
  task: "it to task_names",
};

/** Which name is invalid, and which setting corrects it. */
function explainOid(
  oid: string,
  values: Values,
  { values: kitsu, taskType }: TaskFacts,
  kabaret: Kabaret,
  isRecorded: boolean,
) {
  const shown = oid.slice(0, 200);
  if (isRecorded)
    return [`The column ${kabaret.oid_metadata_field} has "${shown}", which is not an address in ${kabaret.app}`];
  const kitsuNames: Values = { ...kitsu, task: taskType };
  const problems = ["project", "episode", "sequence", "asset_type", "entity", "task"].flatMap((variable) => {
    const name = String(values[variable] ?? "");
    if (name === "" || isOid(`/${name}`, kabaret)) return [];
    return [explainInvalidName(variable, kitsuNames[variable], kabaret)];
  });
  return problems.length > 0
    ? problems
    : [`"${shown}" is not an address in ${kabaret.app}: it does not match oid_pattern`];
}

const explainInvalidName = (variable: string, name: Values[string], { app }: Kabaret) =>
  `"${String(name).slice(0, 80)}" can't be a name in ${app}: use only letters, digits and underscores, and no digit first. Add ${REMEDIES[variable] ?? "a rule to name_rules"}`;
