import { describe, expect, it } from "vitest";
import { Failure } from "../../../worker/failure.ts";
import { readTaskFacts } from "../../../worker/launch/facts.ts";
import { findObject, inProject, type Kabaret } from "../../../worker/launch/kabaret.ts";
import { readSettings } from "../../../worker/settings.ts";
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

function find(one: ReturnType<typeof shot>, own: object) {
  const facts = readTaskFacts(one, {
    previews: new Map(),
    entityTypes: new Map([["chr", { name: "Main characters" }]]),
    person: { name: "Ada" },
    listed: { desktop_login: "ada" },
  });
  return findObject(facts, inProject(settings(own), PROJECT));
}

const NAMES = { project_names: { [PROJECT]: "demo" }, task_names: { Animation: "animation" } };
const oidOf = (one: ReturnType<typeof shot>, own: object = NAMES) => {
  const found = find(one, own);
  return "oid" in found ? found.oid : found.problems;
};

describe("an oid", () => {
  it("is made of mapped names, and of names after the rules", () => {
    expect(oidOf(shot())).toBe("/demo/films/main/sequences/SQ_001/shots/SH_0010/tasks/animation");
    expect(oidOf(shot({ episode: { name: "E-01" } }))).toBe("/demo/films/E_01/sequences/SQ_001/shots/SH_0010/tasks/animation");
  });

  it.each([
    [
      { type: "Asset", name: "Fox", entity_type_id: "chr" },
      "/demo/asset_libs/MAIN_PACK/asset_types/chr/assets/Fox/tasks/animation",
    ],
    [{ type: "Sequence", name: "SQ001", parent_id: null }, "/demo/films/main/sequences/SQ001"],
    [{ type: "Episode", name: "E01", parent_id: null }, "/demo/films/E01"],
  ])("has a template for each kind of entity: %j", (entity, oid) => {
    const one = shot({ entity, parent: undefined });
    expect(oidOf(one, { ...NAMES, asset_type_names: { "Main characters": "chr" } })).toBe(oid);
  });

  it("is the one in the entity's own column, before anything else", () => {
    const entity = { name: "SH 010", data: { kabaret_oid: " demo/films/x/shots/y " } };
    expect(oidOf(shot({ entity }), {})).toBe("/demo/films/x/shots/y");
    expect(oidOf(shot({ entity: { name: "A", data: { flow: "/a/b" } } }), { oid_metadata_field: "flow" })).toBe("/a/b");
    const wrong = shot({ entity: { name: "A", data: { kabaret_oid: "/a/../b" } } });
    expect(oidOf(wrong)).toEqual(['What the column kabaret_oid has is no oid: "/a/../b"']);
  });

  it("is that of the entity where the type of task has no name, and says so; or is none, where the studio says so", () => {
    const one = shot({ type: "Lookdev" });
    expect(find(one, NAMES)).toMatchObject({
      oid: "/demo/films/main/sequences/SQ_001/shots/SH_0010",
      note: "No name for the task type Lookdev in task_names: the shot itself is meant",
    });
    expect(oidOf(one, { ...NAMES, unmapped_task: "refuse" })).toEqual(["No name for the task type Lookdev in task_names"]);
    const elsewhere = { ...NAMES, oid_templates: { Shot: "/{project}/{task}/{entity}" } };
    expect(oidOf(one, elsewhere)).toEqual(["No name for the task type Lookdev in task_names"]);
  });

  it("tells everything that is missing, each with what would put it right", () => {
    const one = shot({ parent: undefined, type: "Lookdev", project: { name: "" } });
    expect(oidOf(one, { unmapped_task: "refuse" })).toEqual([
      "Nothing is known for {project}",
      "Nothing is known for {sequence}",
      "No name for the task type Lookdev in task_names",
    ]);
    const odd = shot({ entity: { name: "SH 010", parent_id: "sq" }, project: { name: "My film" } });
    expect(oidOf(odd, { task_names: { Animation: "animation" } })).toEqual([
      '{project} can\'t be part of an oid: "My film"',
      '{entity} can\'t be part of an oid: "SH 010"',
    ]);
    expect(
      oidOf(shot({ project: { name: "7 Dwarves!" } }), { ...NAMES, project_names: {}, name_rules: [{ match: " ", replace: "_" }] }),
    ).toEqual([
      '"7 Dwarves!" can\'t be part of an oid: it needs an entry in project_names',
      '"SQ-001" can\'t be part of an oid: it needs a rule in name_rules',
      '"SH-0010" can\'t be part of an oid: it needs a rule in name_rules',
    ]);
    expect(oidOf(shot({ entity: null }))).toEqual(["No oid_templates for a deleted entity"]);
    expect(oidOf(shot({ entity: { type: "Edit", name: "Cut" } }))).toEqual(["No oid_templates for Edit"]);
  });

  it("can't be led elsewhere by a name", () => {
    for (const name of ["../../x", "a/b", "a b", "a\nb", "a'b", 'a"b', "$(x)", "a`b", "", "ä"]) {
      expect(Array.isArray(oidOf(shot({ entity: { name, parent_id: "sq" } }))), name).toBe(true);
    }
    const wide = { ...NAMES, oid_pattern: ".*", name_rules: [] };
    for (const name of ["..", "a b", "a'b", "$x", "a\\b"]) {
      expect(Array.isArray(oidOf(shot({ entity: { name, parent_id: "sq" } }), wide)), name).toBe(true);
    }
    expect(oidOf(shot({ entity: { name: "été-1", parent_id: "sq" } }), wide)).toContain("/shots/été-1/");
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
          oid_templates: { Shot: "/{project}/shots/{sequence}_{entity}/tasks/{task}" },
          url_template: "kabaret-old://open?oid={oid|url}",
          command: ["old-flow"],
        },
      },
    };
    const found = find(shot(), own);
    expect(found).toMatchObject({
      oid: "/old_demo/shots/SQ_001_SH_0010/tasks/animation",
      url: "kabaret-old://open?oid=%2Fold_demo%2Fshots%2FSQ_001_SH_0010%2Ftasks%2Fanimation",
    });
    expect(inProject(settings(own), PROJECT).command).toEqual(["old-flow"]);
    expect(inProject(settings(own), "another").task_names).toEqual(NAMES.task_names);
    expect(read(own).schemes).toEqual(["https", "kabaret", "kabaret-old"]);
  });

  it("goes into the link with the project's code and the person's login, as far as there are any", () => {
    expect(find(shot(), NAMES)).toMatchObject({
      url: "kabaret://open?oid=%2Fdemo%2Ffilms%2Fmain%2Fsequences%2FSQ_001%2Fshots%2FSH_0010%2Ftasks%2Fanimation&project=dm&user=ada",
    });
    expect(find(shot({ project: { name: "Demo" } }), NAMES)).toMatchObject({ url: expect.stringContaining("&project=&user=ada") });
    expect(find(shot(), { ...NAMES, url_template: "kabaret://open?oid={oid|url}&e={episode|url}" })).toEqual({
      problems: ["Nothing is known for {episode}"],
    });
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
    expect(settings({ max_open: 1, oid_templates: { Shot: "/a/{entity}" } }).oid_templates.Asset).toBeDefined();
  });

  it.each([
    [{ task_name: {} }, "KABARET.task_name is no setting"],
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
    [{ help: "javascript:1" }, "KABARET.help must be the address of a page"],
    [{ projects: { demo: {} } }, "KABARET.projects.demo must be the id of a project"],
    [{ projects: { [PROJECT]: { app: "x" } } }, `KABARET.projects.${PROJECT}.app is no setting`],
    [{ task_names: { Animation: "" } }, "KABARET.task_names.Animation must not be empty"],
    ["nonsense", "KABARET must be"],
  ])("that is wrong says where: %j", (value, problem) => {
    expect(complaint(value)).toContain(problem);
  });
});
