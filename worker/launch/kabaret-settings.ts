// How the studio's flow names what Kitsu knows, as the setting KABARET has it: Kabaret and libreflow know Kitsu's things by name, and spell names
// their own way. docs/kabaret.md is for who writes it.
import * as v from "valibot";
import { Help, LinkTemplate, readScheme } from "./launchers.ts";
import { TemplateText } from "./template.ts";
import { FACT_VARIABLES } from "./template-variables.ts";

/** An object is where it is whatever its revision. */
export const OID_VARIABLES = FACT_VARIABLES.filter((variable) => variable !== "revision");

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

const Text = v.pipe(
  v.string(),
  v.minLength(1, "must not be empty"),
  v.maxLength(80, "must have at most 80 characters"),
);

const OidTemplates = v.record(
  v.picklist(["Shot", "Asset", "Sequence", "Episode", "Edit", "Concept", "Scene"]),
  TemplateText(OID_VARIABLES, true),
);

const members = {
  url_template: LinkTemplate([...OID_VARIABLES, "oid", "ticket"]),
  oid_templates: OidTemplates,
  /** by the project's id, "1c2d…" */
  project_names: Names,
  /** by Kitsu's name of the task type */
  task_names: Names,
  /** what a task is called whose type has no name: the type's in small letters, the same, or nothing */
  task_rule: v.picklist(["lower", "same", "map"]),
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

const Overrides = v.partial(v.strictObject(members));

/** Another entry of Kitsu's menu, "?with=build": the same objects, or an action of theirs. */
const Entry = v.strictObject({
  /** the entry in Kitsu, "Build scene" */
  title: Text,
  /** what is put behind each oid: "build", "files/scene/publish" */
  action: v.optional(v.pipe(v.string(), v.regex(/^[^\s/]+(\/[^\s/]+)*$/, 'must be the names of an action, "build"'))),
  /** in place of those of KABARET, kind by kind */
  oid_templates: v.optional(OidTemplates, {}),
  /** the action is run, once the person has agreed, and not only opened */
  run: v.optional(v.boolean(), false),
  /** which of its buttons is pressed then; the first one where it is absent */
  button: v.optional(Text),
});
export type Entry = v.InferOutput<typeof Entry>;

const EntryId = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "must have small letters, digits and single hyphens"),
);

const Whole = v.strictObject({
  url_template: v.optional(
    members.url_template,
    "kabaret://open?oid={oid|url}&project={project|url}&u={ticket|default:|url}",
  ),
  /** in place of libreflow's own, kind by kind */
  oid_templates: v.optional(members.oid_templates, {}),
  project_names: v.optional(members.project_names, {}),
  task_names: v.optional(members.task_names, {}),
  task_rule: v.optional(members.task_rule, "lower"),
  asset_type_names: v.optional(members.asset_type_names, {}),
  name_rules: v.optional(members.name_rules, [{ match: "-", replace: "_" }]),
  oid_metadata_field: v.optional(members.oid_metadata_field, "kabaret_oid"),
  oid_pattern: v.optional(members.oid_pattern, "(/[\\p{XID_Start}_]\\p{XID_Continue}*)+"),
  /** without it no command is offered to be copied */
  command: v.optional(members.command),
  unmapped_task: v.optional(members.unmapped_task, "entity"),
  /** "Kabaret", or what the studio calls it */
  app: v.optional(Text, "Kabaret"),
  help: v.optional(Help),
  max_open: v.optional(v.literal(1, "must be 1: one is opened, the others are links"), 1),
  /** further entries of Kitsu's menu, by the word behind "?with=" */
  entries: v.optional(v.record(EntryId, Entry), {}),
  /** what is otherwise in one project, by its id */
  projects: v.optional(v.record(v.pipe(v.string(), v.uuid("must be the id of a project")), Overrides), {}),
});
export type Kabaret = v.InferOutput<typeof Whole>;

const runs = ({ entries }: Kabaret) => Object.values(entries).some(({ run }) => run);
const haveTickets = ({ url_template, projects }: Kabaret) =>
  [url_template, ...Object.values(projects).flatMap((own) => own.url_template ?? [])].every(({ variables }) =>
    variables.has("ticket"),
  );

export const Kabaret = v.pipe(
  Whole,
  v.forward(
    v.check(
      (kabaret) => !runs(kabaret) || haveTickets(kabaret),
      'must not have "run" unless each url_template has {ticket|url}: a link alone may run nothing',
    ),
    ["entries"],
  ),
);

export const kabaretSchemes = ({ url_template, projects }: Kabaret): string[] =>
  [url_template, ...Object.values(projects).flatMap((own) => own.url_template ?? [])].flatMap(
    (link) => readScheme(link) ?? [],
  );

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
    task_rule: own.task_rule ?? kabaret.task_rule,
    oid_templates: { ...kabaret.oid_templates, ...own.oid_templates },
    project_names: { ...kabaret.project_names, ...own.project_names },
    task_names: { ...kabaret.task_names, ...own.task_names },
    asset_type_names: { ...kabaret.asset_type_names, ...own.asset_type_names },
  };
}
