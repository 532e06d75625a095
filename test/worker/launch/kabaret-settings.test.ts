import { describe, expect, it } from "vitest";
import { Failure } from "../../../worker/format/failure.ts";
import { toEnglish } from "../../../worker/format/localize.ts";
import { forProject, type Kabaret } from "../../../worker/launch/kabaret-settings.ts";
import { findObject } from "../../../worker/launch/oid.ts";
import { readTaskInfo } from "../../../worker/launch/template-variables.ts";
import { readSettings } from "../../../worker/settings/settings.ts";
import { makeSelected } from "../../support/worker/selected.ts";
import { makeEnv, PROJECT } from "../../support/worker/worker.ts";

const read = (KABARET: unknown) => readSettings(makeEnv({ KABARET }));

function settings(KABARET: object): Kabaret {
  const { kabaret } = read(KABARET);
  if (kabaret === undefined) throw new Error("KABARET is set");
  return kabaret;
}

function complaint(KABARET: unknown): string {
  try {
    read(KABARET);
  } catch (thrown) {
    if (thrown instanceof Failure) return toEnglish(thrown.reply.text ?? "");
    throw thrown;
  }
  throw new Error("KABARET was accepted");
}

const shot = (rest: object = {}) =>
  makeSelected({
    task: { project_id: PROJECT },
    entity: { name: "SH-0010", parent_id: "sq" },
    parent: { type: "Sequence", name: "SQ-001" },
    project: { name: "Demo", code: "dm" },
    ...rest,
  });

function find(one: ReturnType<typeof shot>, own: object, entry?: string) {
  const info = readTaskInfo(one, {
    previews: new Map(),
    entityTypes: new Map([["chr", { name: "Main characters" }]]),
    person: { name: "Ada" },
    zouPerson: { desktop_login: "ada" },
  });
  const kabaret = settings(own);
  return findObject(info, forProject(kabaret, PROJECT), entry === undefined ? undefined : kabaret.entries[entry]);
}

const NAMES = { project_names: { [PROJECT]: "demo" } };
const SHOW = { name: "Demo", code: "dm", production_type: "tvshow" };
const oidOf = (one: ReturnType<typeof shot>, own: object = NAMES, entry?: string) => {
  const found = find(one, own, entry);
  return "oid" in found ? found.oid : found.problems.map(toEnglish);
};

describe("an oid", () => {
  it("is made from mapped names, or from names changed by the rules", () => {
    expect(oidOf(shot())).toBe("/demo/films/demo/sequences/SQ_001/shots/SH_0010/tasks/animation");
    expect(oidOf(shot({ episode: { name: "E-01" }, project: SHOW }))).toBe(
      "/demo/films/E_01/sequences/SQ_001/shots/SH_0010/tasks/animation",
    );
  });

  it.each([
    [
      "short",
      { type: "Asset", name: "Fox", entity_type_id: "chr" },
      "/demo/asset_types/chr/assets/Fox/tasks/animation",
    ],
    [
      "featurefilm",
      { type: "Asset", name: "Fox", entity_type_id: "chr", data: { category: "Forest-folk" } },
      "/demo/asset_types/chr/asset_families/Forest_folk/assets/Fox/tasks/animation",
    ],
    [
      "tvshow",
      { type: "Asset", name: "Fox", entity_type_id: "chr", data: { category: "Forest" } },
      "/demo/asset_libs/MAIN_PACK/asset_types/chr/assets/Fox/tasks/animation",
    ],
    ["short", { type: "Sequence", name: "SQ001", parent_id: null }, "/demo/films/demo/sequences/SQ001"],
    ["tvshow", { type: "Episode", name: "E01", parent_id: null }, "/demo/films/E01"],
  ])("follows libreflow's rules, in a %s: %j", (production_type, entity, oid) => {
    const one = shot({ entity, parent: undefined, project: { name: "Demo", production_type } });
    expect(oidOf(one, { ...NAMES, asset_type_names: { "Main characters": "chr" } })).toBe(oid);
  });

  it("takes the task's name from the table, or by the rule", () => {
    const one = shot({ type: "Lip-Sync" });
    const taskIn = (own: object) => String(oidOf(one, { ...NAMES, ...own })).split("/tasks/")[1];
    expect(taskIn({})).toBe("lip_sync");
    expect(taskIn({ task_rule: "same" })).toBe("Lip_Sync");
    expect(taskIn({ task_names: { "Lip-Sync": "lips" } })).toBe("lips");
    expect(taskIn({ task_rule: "map" })).toBeUndefined();
  });

  it("ends in an entry's action, but never runs the task's action on the shot", () => {
    const entries = {
      build: { title: "Build scene", action: "build" },
      files: { title: "Files", oid_templates: { Shot: "/{project}/files/{entity}/open" } },
    };
    expect(oidOf(shot(), { ...NAMES, entries }, "build")).toBe(
      "/demo/films/demo/sequences/SQ_001/shots/SH_0010/tasks/animation/build",
    );
    expect(oidOf(shot(), { ...NAMES, entries }, "files")).toBe("/demo/files/SH_0010/open");
    expect(oidOf(shot({ entity: { name: "A", data: { kabaret_oid: "/a/b" } } }), { ...NAMES, entries }, "build")).toBe(
      "/a/b/build",
    );
    expect(oidOf(shot(), { ...NAMES, entries, task_rule: "map" }, "build")).toEqual([
      "The task type Animation has no name in Kabaret: add it to task_names",
    ]);
  });

  it("is taken from the entity's own column first", () => {
    const entity = { name: "SH 010", data: { kabaret_oid: " demo/films/x/shots/y " } };
    expect(oidOf(shot({ entity }), {})).toBe("/demo/films/x/shots/y");
    expect(oidOf(shot({ entity: { name: "A", data: { flow: "/a/b" } } }), { oid_metadata_field: "flow" })).toBe("/a/b");
    const wrong = shot({ entity: { name: "A", data: { kabaret_oid: "/a/../b" } } });
    expect(oidOf(wrong)).toEqual(['The column kabaret_oid has "/a/../b", which is not an address in Kabaret']);
  });

  it("falls back to the entity with a note if the task has no name, or is refused if the studio prefers that", () => {
    const one = shot({ type: "Lookdev" });
    const own = { ...NAMES, task_rule: "map" };
    const noName = "The task type Lookdev has no name in Kabaret: add it to task_names";
    const found = find(one, own);
    expect(found).toMatchObject({ oid: "/demo/films/demo/sequences/SQ_001/shots/SH_0010" });
    expect("oid" in found && toEnglish(found.note ?? "")).toBe(`${noName}. The shot is opened instead`);
    expect(oidOf(one, { ...own, unmapped_task: "refuse" })).toEqual([noName]);
    expect(oidOf(one, { ...own, oid_templates: { Shot: "/{project}/{task}/{entity}" } })).toEqual([noName]);
  });

  it("reports everything that is missing, each with its remedy", () => {
    const one = shot({ parent: undefined, type: "Lookdev", project: { name: "" } });
    expect(oidOf(one, { task_rule: "map", unmapped_task: "refuse" })).toEqual([
      "It has no project in Kitsu, and its address needs one",
      "It has no sequence in Kitsu, and its address needs one",
      "The task type Lookdev has no name in Kabaret: add it to task_names",
    ]);
    const rule = "can't be a name in Kabaret: use only letters, digits and underscores, and no digit first. Add";
    const odd = shot({ entity: { name: "SH 010", parent_id: "sq" }, project: { name: "My film" }, type: "Lip Sync" });
    expect(oidOf(odd, {})).toEqual([
      `"My film" ${rule} it to project_names`,
      `"SH 010" ${rule} a rule to name_rules`,
      `"Lip Sync" ${rule} it to task_names`,
    ]);
    const digit = shot({ project: { name: "7 Dwarves!" } });
    expect(oidOf(digit, { name_rules: [{ match: " ", replace: "_" }] })).toEqual([
      `"7 Dwarves!" ${rule} it to project_names`,
      `"SQ-001" ${rule} a rule to name_rules`,
      `"SH-0010" ${rule} a rule to name_rules`,
    ]);
    expect(oidOf(shot({ project: SHOW }))).toEqual(["It has no episode in Kitsu, and its address needs one"]);
    expect(oidOf(shot({ entity: null }))).toEqual([
      "Kabaret has no address for a deleted entity: add one to oid_templates",
    ]);
    expect(oidOf(shot({ entity: { type: "Edit", name: "Cut" } }))).toEqual([
      "Kabaret has no address for an edit: add one to oid_templates",
    ]);
    const column = { ...NAMES, oid_templates: { Shot: "/{project}/{entity.data.box}/{entity}" } };
    expect(oidOf(shot(), column)).toEqual(["Its column box in Kitsu is empty, and its address needs it"]);
  });

  it("can't be changed by a path or quotes in a name", () => {
    for (const name of ["../../x", "a/b", "a b", "a\nb", "a'b", 'a"b', "$(x)", "a`b", "", "1a", "a.b"]) {
      expect(Array.isArray(oidOf(shot({ entity: { name, parent_id: "sq" } }))), name).toBe(true);
    }
    const wide = { ...NAMES, oid_pattern: ".*", name_rules: [] };
    for (const name of ["..", "a b", "a'b", "$x", "a\\b"]) {
      expect(Array.isArray(oidOf(shot({ entity: { name, parent_id: "sq" } }), wide)), name).toBe(true);
    }
    expect(oidOf(shot({ entity: { name: "été-1", parent_id: "sq" } }), wide)).toContain("/shots/été-1/");
    // Kabaret accepts the identifiers of Python.
    const column = { ...NAMES, oid_templates: { Shot: "/{project}[/{entity.data.box}]/{entity}" } };
    expect(oidOf(shot({ entity: { name: "A", data: { box: "x/../y" } } }), column)).toEqual([
      expect.stringContaining('"x/../y" can\'t be a name in Kabaret'),
    ]);
    for (const name of ["Café", "夜道", "_1"])
      expect(oidOf(shot({ entity: { name, parent_id: "sq" } }))).toContain(`/shots/${name}/`);
  });

  it("applies the rules in order, as regular expressions", () => {
    const rules = [
      { match: "[- ]", replace: "_" },
      { match: "^SQ_(\\d+)$", replace: "SQ$1" },
    ];
    expect(oidOf(shot(), { ...NAMES, name_rules: rules })).toContain("/sequences/SQ001/shots/SH_0010/");
  });

  it("can follow other rules in one project", () => {
    const own = {
      ...NAMES,
      projects: {
        [PROJECT]: {
          project_names: { [PROJECT]: "old_demo" },
          task_names: { Lighting: "lgt" },
          task_rule: "same",
          oid_templates: { Shot: "/{project}/shots/{sequence}_{entity}/tasks/{task}" },
          url_template: "kabaret-old://open?oid={oid|url}",
          command: ["old-flow"],
        },
      },
    };
    const found = find(shot(), own);
    expect(found).toMatchObject({ oid: "/old_demo/shots/SQ_001_SH_0010/tasks/Animation" });
    expect("oid" in found && found.link("https://edge/t/1")).toBe(
      "kabaret-old://open?oid=%2Fold_demo%2Fshots%2FSQ_001_SH_0010%2Ftasks%2FAnimation",
    );
    expect(forProject(settings(own), PROJECT).command).toEqual(["old-flow"]);
    expect(forProject(settings(own), "another")).toMatchObject({ task_names: {}, task_rule: "lower" });
    expect(read(own).schemes).toEqual(["https", "kabaret", "kabaret-old"]);
  });

  it("is in the link with the flow's project, and a ticket if there is one", () => {
    const linkOf = (own: object, ticket?: string) => {
      const found = find(shot({ entity: { name: "A", data: { kabaret_oid: "/elsewhere/x" } } }), own);
      return "oid" in found ? found.link(ticket) : found.problems.map(toEnglish);
    };
    expect(linkOf(NAMES)).toBe("kabaret://open?oid=%2Felsewhere%2Fx&project=elsewhere&u=");
    expect(linkOf(NAMES, "https://edge/t/1")).toBe(
      "kabaret://open?oid=%2Felsewhere%2Fx&project=elsewhere&u=https%3A%2F%2Fedge%2Ft%2F1",
    );
    expect(linkOf({ ...NAMES, url_template: "kabaret://open?oid={oid|url}&e={episode|url}" })).toEqual([
      "It has no episode in Kitsu, and its address needs one",
    ]);
  });
});

describe("KABARET", () => {
  it("only has to be set", () => {
    expect(settings({})).toMatchObject({
      app: "Kabaret",
      task_names: {},
      unmapped_task: "entity",
      oid_metadata_field: "kabaret_oid",
    });
    expect(read("{}").kabaret).toBeDefined();
    expect(read(undefined).kabaret).toBeUndefined();
    expect(settings({}).command).toBeUndefined();
  });

  it.each([
    [{ task_name: {} }, "KABARET.task_name is not a setting"],
    [{ url_template: "kabaret://open?oid={oid}" }, "KABARET.url_template must escape every variable: write {oid|url}"],
    [{ url_template: "javascript:{oid|url}" }, "KABARET.url_template must not be a scheme that runs scripts"],
    [{ oid_templates: { Shot: "/{shot}" } }, "KABARET.oid_templates.Shot has the unknown variable {shot}"],
    [{ oid_templates: { shot: "/{entity}" } }, "KABARET.oid_templates.shot"],
    [{ name_rules: [{ match: "(", replace: "" }] }, "KABARET.name_rules.0.match must be a regular expression"],
    [{ oid_pattern: "[" }, "KABARET.oid_pattern must be a regular expression"],
    [{ command: [] }, "KABARET.command must name a program"],
    [{ command: "libreflow" }, "KABARET.command must be Array"],
    [{ max_open: 1 }, "KABARET.max_open is not a setting"],
    [{ unmapped_task: "ask" }, "KABARET.unmapped_task must be"],
    [{ task_rule: "upper" }, "KABARET.task_rule must be"],
    [{ oid_templates: { Shot: "/a[/{entity}" } }, "KABARET.oid_templates.Shot has an unmatched bracket"],
    [{ entries: { "Build it": { title: "x" } } }, "KABARET.entries.Build it must have small letters"],
    [{ entries: { build: { title: "" } } }, "KABARET.entries.build.title must not be empty"],
    [
      { entries: { build: { title: "x", action: "/a b" } } },
      "KABARET.entries.build.action must be the name of an action",
    ],
    [
      { entries: { build: { title: "x", run: true } }, url_template: "kabaret://open?oid={oid|url}" },
      'KABARET.entries must not have "run" unless each url_template has {ticket|url}',
    ],
    [{ help: "javascript:1" }, "KABARET.help must be the address of a page"],
    [{ projects: { demo: {} } }, "KABARET.projects.demo must be the id of a project"],
    [{ projects: { [PROJECT]: { app: "x" } } }, `KABARET.projects.${PROJECT}.app is not a setting`],
    [{ task_names: { Animation: "" } }, "KABARET.task_names.Animation must not be empty"],
    ["nonsense", "KABARET must be"],
  ])("reports where it is wrong: %j", (value, problem) => {
    expect(complaint(value)).toContain(problem);
  });
});
