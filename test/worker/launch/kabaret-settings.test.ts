import { describe, expect, it } from "vitest";
import { Failure } from "../../../worker/failure.ts";
import { inProject, type Kabaret } from "../../../worker/launch/kabaret-settings.ts";
import { findObject } from "../../../worker/launch/oid.ts";
import { readTaskFacts } from "../../../worker/launch/template-variables.ts";
import { readSettings } from "../../../worker/settings/settings.ts";
import { makeSelected } from "../../support/worker/selected.ts";
import { makeEnv, PROJECT } from "../../support/worker/worker.ts";

const read = (KABARET: unknown) => readSettings(makeEnv({ KABARET }));

function settings(KABARET: object): Kabaret {
  const { kabaret } = read(KABARET);
  if (kabaret === undefined) throw new Error("KABARET was given");
  return kabaret;
}

function complaint(KABARET: unknown): string {
  try {
    read(KABARET);
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown.reply.text ?? "";
    throw thrown;
  }
  throw new Error("KABARET was taken");
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
  const facts = readTaskFacts(one, {
    previews: new Map(),
    entityTypes: new Map([["chr", { name: "Main characters" }]]),
    person: { name: "Ada" },
    listed: { desktop_login: "ada" },
  });
  const kabaret = settings(own);
  return findObject(facts, inProject(kabaret, PROJECT), entry === undefined ? undefined : kabaret.entries[entry]);
}

const NAMES = { project_names: { [PROJECT]: "demo" } };
const SHOW = { name: "Demo", code: "dm", production_type: "tvshow" };
const oidOf = (one: ReturnType<typeof shot>, own: object = NAMES, entry?: string) => {
  const found = find(one, own, entry);
  return "oid" in found ? found.oid : found.problems;
};

describe("an oid", () => {
  it("is made of mapped names, and of names after the rules", () => {
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
  ])("is where libreflow looks for it, in a %s: %j", (production_type, entity, oid) => {
    const one = shot({ entity, parent: undefined, project: { name: "Demo", production_type } });
    expect(oidOf(one, { ...NAMES, asset_type_names: { "Main characters": "chr" } })).toBe(oid);
  });

  it("has the task's name from the map, or by the rule", () => {
    const one = shot({ type: "Lip-Sync" });
    const taskIn = (own: object) => String(oidOf(one, { ...NAMES, ...own })).split("/tasks/")[1];
    expect(taskIn({})).toBe("lip_sync");
    expect(taskIn({ task_rule: "same" })).toBe("Lip_Sync");
    expect(taskIn({ task_names: { "Lip-Sync": "lips" } })).toBe("lips");
    expect(taskIn({ task_rule: "map" })).toBeUndefined();
  });

  it("ends in an action where an entry says so, and never in that of a shot in place of its task's", () => {
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
      "The task type Animation has no name in Kabaret: task_names has none",
    ]);
  });

  it("is the one in the entity's own column, before anything else", () => {
    const entity = { name: "SH 010", data: { kabaret_oid: " demo/films/x/shots/y " } };
    expect(oidOf(shot({ entity }), {})).toBe("/demo/films/x/shots/y");
    expect(oidOf(shot({ entity: { name: "A", data: { flow: "/a/b" } } }), { oid_metadata_field: "flow" })).toBe("/a/b");
    const wrong = shot({ entity: { name: "A", data: { kabaret_oid: "/a/../b" } } });
    expect(oidOf(wrong)).toEqual(['The column kabaret_oid has "/a/../b", which is no address of Kabaret']);
  });

  it("is that of the entity where the type of task has no name, and says so; or is none, where the studio says so", () => {
    const one = shot({ type: "Lookdev" });
    const own = { ...NAMES, task_rule: "map" };
    const lack = "The task type Lookdev has no name in Kabaret: task_names has none";
    expect(find(one, own)).toMatchObject({
      oid: "/demo/films/demo/sequences/SQ_001/shots/SH_0010",
      note: `${lack}. The shot itself is opened`,
    });
    expect(oidOf(one, { ...own, unmapped_task: "refuse" })).toEqual([lack]);
    expect(oidOf(one, { ...own, oid_templates: { Shot: "/{project}/{task}/{entity}" } })).toEqual([lack]);
  });

  it("tells everything that is missing, each with what would put it right", () => {
    const one = shot({ parent: undefined, type: "Lookdev", project: { name: "" } });
    expect(oidOf(one, { task_rule: "map", unmapped_task: "refuse" })).toEqual([
      "Kitsu has no project for it, which its address needs",
      "Kitsu has no sequence for it, which its address needs",
      "The task type Lookdev has no name in Kabaret: task_names has none",
    ]);
    const rule = "can't be a name in Kabaret: letters, digits and underscores alone, and no digit first. It needs";
    const odd = shot({ entity: { name: "SH 010", parent_id: "sq" }, project: { name: "My film" }, type: "Lip Sync" });
    expect(oidOf(odd, {})).toEqual([
      `"My film" ${rule} an entry in project_names`,
      `"SH 010" ${rule} a rule in name_rules`,
      `"Lip Sync" ${rule} an entry in task_names`,
    ]);
    const digit = shot({ project: { name: "7 Dwarves!" } });
    expect(oidOf(digit, { name_rules: [{ match: " ", replace: "_" }] })).toEqual([
      `"7 Dwarves!" ${rule} an entry in project_names`,
      `"SQ-001" ${rule} a rule in name_rules`,
      `"SH-0010" ${rule} a rule in name_rules`,
    ]);
    expect(oidOf(shot({ project: SHOW }))).toEqual(["Kitsu has no episode for it, which its address needs"]);
    expect(oidOf(shot({ entity: null }))).toEqual([
      "Kabaret has no place for a deleted entity: oid_templates has none",
    ]);
    expect(oidOf(shot({ entity: { type: "Edit", name: "Cut" } }))).toEqual([
      "Kabaret has no place for an edit: oid_templates has none",
    ]);
    const column = { ...NAMES, oid_templates: { Shot: "/{project}/{entity.data.box}/{entity}" } };
    expect(oidOf(shot(), column)).toEqual(["Kitsu has nothing in its column box, which its address needs"]);
  });

  it("can't be led elsewhere by a name", () => {
    for (const name of ["../../x", "a/b", "a b", "a\nb", "a'b", 'a"b', "$(x)", "a`b", "", "1a", "a.b"]) {
      expect(Array.isArray(oidOf(shot({ entity: { name, parent_id: "sq" } }))), name).toBe(true);
    }
    const wide = { ...NAMES, oid_pattern: ".*", name_rules: [] };
    for (const name of ["..", "a b", "a'b", "$x", "a\\b"]) {
      expect(Array.isArray(oidOf(shot({ entity: { name, parent_id: "sq" } }), wide)), name).toBe(true);
    }
    expect(oidOf(shot({ entity: { name: "été-1", parent_id: "sq" } }), wide)).toContain("/shots/été-1/");
    // Kabaret takes what Python takes for an identifier.
    const column = { ...NAMES, oid_templates: { Shot: "/{project}[/{entity.data.box}]/{entity}" } };
    expect(oidOf(shot({ entity: { name: "A", data: { box: "x/../y" } } }), column)).toEqual([
      expect.stringContaining('"x/../y" can\'t be a name in Kabaret'),
    ]);
    for (const name of ["Café", "夜道", "_1"])
      expect(oidOf(shot({ entity: { name, parent_id: "sq" } }))).toContain(`/shots/${name}/`);
  });

  it("obeys rules that are regular expressions, in their order", () => {
    const rules = [
      { match: "[- ]", replace: "_" },
      { match: "^SQ_(\\d+)$", replace: "SQ$1" },
    ];
    expect(oidOf(shot(), { ...NAMES, name_rules: rules })).toContain("/sequences/SQ001/shots/SH_0010/");
  });

  it("is found otherwise in one project, where the studio says so", () => {
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
    expect(inProject(settings(own), PROJECT).command).toEqual(["old-flow"]);
    expect(inProject(settings(own), "another")).toMatchObject({ task_names: {}, task_rule: "lower" });
    expect(read(own).schemes).toEqual(["https", "kabaret", "kabaret-old"]);
  });

  it("goes into the link with the flow's project, and a ticket where there is one", () => {
    const linkOf = (own: object, ticket?: string) => {
      const found = find(shot({ entity: { name: "A", data: { kabaret_oid: "/elsewhere/x" } } }), own);
      return "oid" in found ? found.link(ticket) : found.problems;
    };
    expect(linkOf(NAMES)).toBe("kabaret://open?oid=%2Felsewhere%2Fx&project=elsewhere&u=");
    expect(linkOf(NAMES, "https://edge/t/1")).toBe(
      "kabaret://open?oid=%2Felsewhere%2Fx&project=elsewhere&u=https%3A%2F%2Fedge%2Ft%2F1",
    );
    expect(linkOf({ ...NAMES, url_template: "kabaret://open?oid={oid|url}&e={episode|url}" })).toEqual([
      "Kitsu has no episode for it, which its address needs",
    ]);
  });
});

describe("KABARET", () => {
  it("needs nothing but to be there", () => {
    expect(settings({})).toMatchObject({
      app: "Kabaret",
      task_names: {},
      unmapped_task: "entity",
      oid_metadata_field: "kabaret_oid",
    });
    expect(read("{}").kabaret).toBeDefined();
    expect(read(undefined).kabaret).toBeUndefined();
    expect(settings({ max_open: 1 }).command).toBeUndefined();
  });

  it.each([
    [{ task_name: {} }, "KABARET.task_name is not a setting"],
    [{ url_template: "kabaret://open?oid={oid}" }, "KABARET.url_template must escape every variable: write {oid|url}"],
    [{ url_template: "javascript:{oid|url}" }, "KABARET.url_template may not be one that runs scripts"],
    [{ oid_templates: { Shot: "/{shot}" } }, "KABARET.oid_templates.Shot has the unknown variable {shot}"],
    [{ oid_templates: { shot: "/{entity}" } }, "KABARET.oid_templates.shot"],
    [{ name_rules: [{ match: "(", replace: "" }] }, "KABARET.name_rules.0.match must be a regular expression"],
    [{ oid_pattern: "[" }, "KABARET.oid_pattern must be a regular expression"],
    [{ command: [] }, "KABARET.command must name a program"],
    [{ command: "libreflow" }, "KABARET.command must be Array"],
    [{ max_open: 3 }, "KABARET.max_open must be 1: one is opened"],
    [{ unmapped_task: "ask" }, "KABARET.unmapped_task must be"],
    [{ task_rule: "upper" }, "KABARET.task_rule must be"],
    [{ oid_templates: { Shot: "/a[/{entity}" } }, "KABARET.oid_templates.Shot has a bracket without its partner"],
    [{ entries: { "Build it": { title: "x" } } }, "KABARET.entries.Build it must have small letters"],
    [{ entries: { build: { title: "" } } }, "KABARET.entries.build.title must not be empty"],
    [
      { entries: { build: { title: "x", action: "/a b" } } },
      "KABARET.entries.build.action must be the names of an action",
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
  ])("that is wrong says where: %j", (value, problem) => {
    expect(complaint(value)).toContain(problem);
  });
});
