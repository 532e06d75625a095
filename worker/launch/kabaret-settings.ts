// The setting KABARET: how the names in a studio's flow are made from Kitsu's names. Kabaret and
// libreflow identify objects by name, with their own spelling. docs/kabaret.md documents the
// setting.
import * as v from "valibot";
import { settingProblem } from "../format/setting-problem.ts";
import { Slug } from "../format/slug.ts";
import { Help, Label, LinkTemplate, Name, readScheme } from "./launchers.ts";
import { TemplateText } from "./template.ts";
import { TASK_VARIABLES } from "./template-variables.ts";

/** An object's address does not depend on a revision. */
export const OID_VARIABLES = TASK_VARIABLES.filter((variable) => variable !== "revision");

const Pattern = (compile: (source: string) => RegExp) =>
  v.pipe(
    v.string(),
    v.rawTransform<string, RegExp>(({ dataset, addIssue, NEVER }) => {
      try {
        return compile(dataset.value);
      } catch {
        addIssue({ message: settingProblem("settings.regex", { pattern: dataset.value }) });
        return NEVER;
      }
    }),
  );

const Names = v.record(v.string(), v.pipe(v.string(), v.minLength(1, settingProblem("settings.empty"))));

const OidTemplates = v.record(
  v.picklist(["Shot", "Asset", "Sequence", "Episode", "Edit", "Concept", "Scene"]),
  TemplateText(OID_VARIABLES, true),
);

const members = {
  url_template: LinkTemplate([...OID_VARIABLES, "oid", "ticket"]),
  oid_templates: OidTemplates,
  /** by project id, "1c2d…" */
  project_names: Names,
  /** by the name of the task type in Kitsu */
  task_names: Names,
  /** the name of a task that is not in task_names: the type in small letters, unchanged, or none */
  task_rule: v.picklist(["lower", "same", "map"]),
  asset_type_names: Names,
  /** replacements in every name that has no entry of its own; `match` is a regular expression */
  name_rules: v.array(v.strictObject({ match: Pattern((source) => new RegExp(source, "gu")), replace: v.string() })),
  /** a column of entities that may hold an oid, which then takes precedence */
  oid_metadata_field: v.string(),
  oid_pattern: Pattern((source) => new RegExp(`^(?:${source})$`, "u")),
  /** starts Kabaret, as a list of arguments; "--home-oid <oid>" is appended */
  command: v.pipe(v.array(v.string()), v.minLength(1, settingProblem("settings.noProgram"))),
  /** for a task without a name: open its entity, or nothing */
  unmapped_task: v.picklist(["entity", "refuse"]),
};

const Overrides = v.partial(v.strictObject(members));

/** Another entry in Kitsu's menu, "?with=build", for the same objects or an action on them. */
const Entry = v.strictObject({
  /** "Build scene" */
  title: Label,
  /** appended to each oid: "build", "files/scene/publish" */
  action: v.optional(v.pipe(v.string(), v.regex(/^[^\s/]+(\/[^\s/]+)*$/, settingProblem("settings.entryAction")))),
  /** by kind of entity; these replace the ones of KABARET */
  oid_templates: v.optional(OidTemplates, {}),
  /** runs the action after the person has confirmed, instead of only opening it */
  run: v.optional(v.boolean(), false),
  /** the button to press when it runs; the first one if absent */
  button: v.optional(Name),
});
export type Entry = v.InferOutput<typeof Entry>;

const UncheckedKabaret = v.strictObject({
  url_template: v.optional(
    members.url_template,
    "kabaret://open?oid={oid|url}&project={project|url}&u={ticket|default:|url}",
  ),
  /** by kind of entity; these replace libreflow's */
  oid_templates: v.optional(members.oid_templates, {}),
  project_names: v.optional(members.project_names, {}),
  task_names: v.optional(members.task_names, {}),
  task_rule: v.optional(members.task_rule, "lower"),
  asset_type_names: v.optional(members.asset_type_names, {}),
  name_rules: v.optional(members.name_rules, [{ match: "-", replace: "_" }]),
  oid_metadata_field: v.optional(members.oid_metadata_field, "kabaret_oid"),
  oid_pattern: v.optional(members.oid_pattern, "(/[\\p{XID_Start}_]\\p{XID_Continue}*)+"),
  /** absent: no command is offered */
  command: v.optional(members.command),
  unmapped_task: v.optional(members.unmapped_task, "entity"),
  /** the program's name */
  app: v.optional(Name, "Kabaret"),
  help: v.optional(Help),
  /** further entries in Kitsu's menu, by the value of "?with=" */
  entries: v.optional(v.record(Slug, Entry), {}),
  /** different settings for single projects, by project id */
  projects: v.optional(v.record(v.pipe(v.string(), v.uuid(settingProblem("settings.project"))), Overrides), {}),
});
export type Kabaret = v.InferOutput<typeof UncheckedKabaret>;

const mayRun = ({ entries }: Kabaret) => Object.values(entries).some(({ run }) => run);
const allLinksHaveTickets = ({ url_template, projects }: Kabaret) =>
  [url_template, ...Object.values(projects).flatMap((own) => own.url_template ?? [])].every(({ variables }) =>
    variables.has("ticket"),
  );

export const Kabaret = v.pipe(
  UncheckedKabaret,
  v.forward(
    v.check(
      (kabaret) => !mayRun(kabaret) || allLinksHaveTickets(kabaret),
      settingProblem("settings.runWithoutTicket", { ticket: "{ticket|url}" }),
    ),
    ["entries"],
  ),
);

export const kabaretSchemes = ({ url_template, projects }: Kabaret): string[] =>
  [url_template, ...Object.values(projects).flatMap((own) => own.url_template ?? [])].flatMap(
    (link) => readScheme(link) ?? [],
  );

/** The settings for one project: its tables extend the studio's, its other members replace them. */
export function forProject(kabaret: Kabaret, projectId: string): Kabaret {
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
    task_rule: own.task_rule ?? kabaret.task_rule,
    oid_templates: { ...kabaret.oid_templates, ...own.oid_templates },
    project_names: { ...kabaret.project_names, ...own.project_names },
    task_names: { ...kabaret.task_names, ...own.task_names },
    asset_type_names: { ...kabaret.asset_type_names, ...own.asset_type_names },
  };
}
