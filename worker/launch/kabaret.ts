// Where a task's object is in Kabaret: its oid, a path of flow names. Kabaret and libreflow know Kitsu's things by name and spell names their own
// way, so what is called otherwise there has to be told, in the setting KABARET. docs/kabaret.md is for who writes it.
import * as v from "valibot";
import { FACT_VARIABLES, type TaskFacts } from "./facts.ts";
import { Help, LinkTemplate, readScheme } from "./launchers.ts";
import { type Filled, fillTemplate, parseTemplate, type Template, TemplateText, type Values } from "./template.ts";

/** An object is where it is whatever its revision. */
const OID_VARIABLES = FACT_VARIABLES.filter((variable) => variable !== "revision");

const OID_TEMPLATES = {
  Shot: "/{project}/films/{episode|default:main}/sequences/{sequence}/shots/{entity}/tasks/{task}",
  Asset: "/{project}/asset_libs/{episode|default:MAIN_PACK}/asset_types/{asset_type}/assets/{entity}/tasks/{task}",
  Sequence: "/{project}/films/{episode|default:main}/sequences/{entity}",
  Episode: "/{project}/films/{entity}",
};

const pattern = (wrap: (source: string) => RegExp) =>
  v.pipe(
    v.string(),
    v.rawTransform<string, RegExp>(({ dataset, addIssue, NEVER }) => {
      try {
        return wrap(dataset.value);
      } catch {
        addIssue({ message: `must be a regular expression: "${dataset.value}"` });
        return NEVER;
      }
    }),
  );

const Names = v.record(v.string(), v.pipe(v.string(), v.minLength(1, "must not be empty")));

const entries = {
  url_template: LinkTemplate([...OID_VARIABLES, "oid"]),
  oid_templates: v.record(
    v.picklist(["Shot", "Asset", "Sequence", "Episode", "Edit", "Concept", "Scene"]),
    TemplateText(OID_VARIABLES),
  ),
  /** by the project's id, "1c2d…" */
  project_names: Names,
  /** by Kitsu's name of the task type */
  task_names: Names,
  asset_type_names: Names,
  /** what is changed in every name that has no entry of its own: `match` is a regular expression */
  name_rules: v.array(v.strictObject({ match: pattern((source) => new RegExp(source, "gu")), replace: v.string() })),
  /** the column of entities that has an oid already, which wins */
  oid_metadata_field: v.string(),
  oid_pattern: pattern((source) => new RegExp(`^(?:${source})$`, "u")),
  /** what starts Kabaret, as a list of arguments; "--home-oid <oid>" is put behind it */
  command: v.pipe(v.array(v.string()), v.minLength(1, "must name a program")),
  /** what becomes of a task whose type has no name: its entity is opened, or nothing */
  unmapped_task: v.picklist(["entity", "refuse"]),
};

const Overrides = v.partial(v.strictObject(entries));

export const Kabaret = v.strictObject({
  url_template: v.optional(
    entries.url_template,
    "kabaret://open?oid={oid|url}&project={project.code|default:|url}&user={person.desktop_login|default:|url}",
  ),
  oid_templates: v.optional(
    v.pipe(
      v.looseObject({}),
      v.transform((own) => ({ ...OID_TEMPLATES, ...own })),
      entries.oid_templates,
    ),
    {},
  ),
  project_names: v.optional(entries.project_names, {}),
  task_names: v.optional(entries.task_names, {}),
  asset_type_names: v.optional(entries.asset_type_names, {}),
  name_rules: v.optional(entries.name_rules, [{ match: "-", replace: "_" }]),
  oid_metadata_field: v.optional(entries.oid_metadata_field, "kabaret_oid"),
  oid_pattern: v.optional(entries.oid_pattern, "(/[A-Za-z_][A-Za-z0-9_]*)+"),
  command: v.optional(entries.command, ["python", "-m", "libreflow.flows.gui", "--no-layout-mgr"]),
  unmapped_task: v.optional(entries.unmapped_task, "entity"),
  /** "Kabaret", or what the studio calls it */
  app: v.optional(
    v.pipe(v.string(), v.minLength(1, "must not be empty"), v.maxLength(80, "must have at most 80 characters")),
    "Kabaret",
  ),
  help: v.optional(Help),
  max_open: v.optional(v.literal(1, "must be 1: one is opened, the others are links"), 1),
  /** what is otherwise in one project, by its id */
  projects: v.optional(v.record(v.pipe(v.string(), v.uuid("must be the id of a project")), Overrides), {}),
});
export type Kabaret = v.InferOutput<typeof Kabaret>;

export const kabaretSchemes = ({ url_template, projects }: Kabaret): string[] =>
  [url_template, ...Object.values(projects).flatMap((own) => own.url_template ?? [])].flatMap((link) => readScheme(link) ?? []);

/** What holds in a project: its own tables come before the studio's, its own texts instead of them. */
export function inProject(kabaret: Kabaret, projectId: string): Kabaret {
  const own = kabaret.projects[projectId];
  if (own === undefined) return kabaret;
  return {
    ...kabaret,
    url_template: own.url_template ?? kabaret.url_template,
    name_rules: own.name_rules ?? kabaret.name_rules,
    oid_metadata_field: own.oid_metadata_field ?? kabaret.oid_metadata_field,
    oid_pattern: own.oid_pattern ?? kabaret.oid_pattern,
    command: own.command ?? kabaret.command,
    unmapped_task: own.unmapped_task ?? kabaret.unmapped_task,
    oid_templates: { ...kabaret.oid_templates, ...own.oid_templates },
    project_names: { ...kabaret.project_names, ...own.project_names },
    task_names: { ...kabaret.task_names, ...own.task_names },
    asset_type_names: { ...kabaret.asset_type_names, ...own.asset_type_names },
  };
}

/** The object: `note` says where it is not exactly what was asked for. */
export type Found = { oid: string; url: string; note?: string | undefined } | { problems: string[] };

export function findObject(facts: TaskFacts, kabaret: Kabaret): Found {
  const values = nameValues(facts, kabaret);
  const recorded = String(facts.values[`entity.data.${kabaret.oid_metadata_field}`] ?? "").trim();
  const { oid, note, problems } = recorded === "" ? makeOid(facts, values, kabaret) : { oid: recorded.replace(/^(?!\/)/, "/") };
  if (oid === undefined) return { problems: problems ?? [] };
  if (!isOid(oid, kabaret)) return { problems: explainOid(oid, values, facts, kabaret, recorded !== "") };
  const link = fillTemplate(kabaret.url_template, { ...values, oid });
  return "problem" in link ? { problems: [link.problem] } : { oid, url: link.text, note };
}

const rename = (name: Values[string], { name_rules }: Kabaret) =>
  name_rules.reduce((before, { match, replace }) => before.replace(match, replace), String(name ?? ""));

const lookUp = (names: Readonly<Record<string, string>>, name: string) => (Object.hasOwn(names, name) ? names[name] : undefined);

function nameValues({ values, taskType }: TaskFacts, kabaret: Kabaret): Values {
  return {
    ...values,
    project: lookUp(kabaret.project_names, String(values["project.id"])) ?? rename(values.project, kabaret),
    episode: rename(values.episode, kabaret),
    sequence: rename(values.sequence, kabaret),
    entity: rename(values.entity, kabaret),
    asset_type: lookUp(kabaret.asset_type_names, String(values.asset_type)) ?? rename(values.asset_type, kabaret),
    task: lookUp(kabaret.task_names, taskType),
  };
}

type Oid = { oid?: string; note?: string | undefined; problems?: string[] };

function makeOid({ entityType, taskType }: TaskFacts, values: Values, kabaret: Kabaret): Oid {
  const template = Object.entries(kabaret.oid_templates).find(([type]) => type === entityType)?.[1];
  if (template === undefined) return { problems: [`No oid_templates for ${entityType === "" ? "a deleted entity" : entityType}`] };
  const isUnmapped = template.variables.has("task") && values.task === undefined;
  const lack = isUnmapped ? `No name for the task type ${taskType} in task_names` : undefined;
  const whole = isUnmapped && kabaret.unmapped_task === "entity" ? cutTask(template) : template;
  const missing = [...whole.variables].flatMap((variable): string[] => {
    if (variable === "task" && lack !== undefined) return [lack];
    const filled = fillOne(whole, variable, values);
    return "problem" in filled ? [filled.problem] : [];
  });
  if (missing.length > 0) return { problems: missing };
  const filled = fillTemplate(whole, values);
  if ("problem" in filled) return { problems: [filled.problem] };
  return { oid: filled.text, ...(lack !== undefined && { note: `${lack}: the ${entityType.toLowerCase()} itself is meant` }) };
}

/** One variable alone, as the template uses it, so that everything that is missing is told at once. */
function fillOne(template: Template, variable: string, values: Values): Filled {
  const parts = template.parts.filter((part) => typeof part !== "string" && part.variable === variable);
  return fillTemplate({ ...template, parts }, values, (name) =>
    /[/\s\p{C}]/u.test(name) ? `can't be part of an oid: "${name.slice(0, 80)}"` : undefined,
  );
}

/** The template without what begins at "/tasks/"; as it is, where the task is elsewhere in it. */
function cutTask(template: Template): Template {
  const cut = parseTemplate(template.source.replace(/\/tasks\/.*$/s, ""), OID_VARIABLES);
  return typeof cut === "string" ? template : cut;
}

/** However wide the studio's pattern is, this is what neither a link nor a command line may be given. */
const isOid = (oid: string, { oid_pattern }: Kabaret) =>
  oid_pattern.test(oid) && !/[\s\p{C}"'`$\\]/u.test(oid) && !oid.split("/").includes("..");

/** Which of the names is at fault, and which table would put it right. */
function explainOid(oid: string, values: Values, { values: kitsu }: TaskFacts, kabaret: Kabaret, isRecorded: boolean): string[] {
  const shown = oid.slice(0, 200);
  if (isRecorded) return [`What the column ${kabaret.oid_metadata_field} has is no oid: "${shown}"`];
  const remedies = { project: "project_names", asset_type: "asset_type_names" };
  const used = ["project", "episode", "sequence", "asset_type", "entity", "task"] as const;
  const problems = used.flatMap((variable) => {
    const name = String(values[variable] ?? "");
    if (name === "" || isOid(`/${name}`, kabaret)) return [];
    const remedy =
      variable === "project" || variable === "asset_type" ? `an entry in ${remedies[variable]}` : "a rule in name_rules";
    return [`"${kitsu[variable] ?? name}" can't be part of an oid: it needs ${remedy}`];
  });
  return problems.length > 0 ? problems : [`"${shown}" is no oid after oid_pattern`];
}
