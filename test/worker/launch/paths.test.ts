import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { toEnglish } from "../../../worker/format/localize.ts";
import { Launchers } from "../../../worker/launch/launchers.ts";
import { findFile, isSafePath, joinPath, refuseName } from "../../../worker/launch/paths.ts";
import { readTaskInfo } from "../../../worker/launch/template-variables.ts";
import { PreviewFile } from "../../../worker/services/zou-objects.ts";
import { makeSelected } from "../../support/worker/selected.ts";

const ROOTS = [{ linux: "/mnt/prod", windows: "P:\\", darwin: "/Volumes/prod/" }];
const TEMPLATES = [
  {
    for: "Shot",
    task_type: "Animation",
    linux: "/mnt/prod/{project.code}/{sequence}/{entity}/anim/{entity}_anim_v{revision|pad:3}.mov",
    windows: "P:\\{project.code}\\{sequence}\\{entity}\\anim\\{entity}_anim_v{revision|pad:3}.mov",
  },
];

const settings = (rest: object) =>
  v.parse(Launchers, { launchers: [{ id: "rv", label: "RV", kind: "rvlink" }], ...rest });

function infoOf({
  entity = "SH010",
  sequence = "SQ01",
  revision = 7,
  type = "Animation",
  ...rest
}: Record<string, unknown> = {}) {
  const one = makeSelected({
    type: String(type),
    task: { last_preview_file_id: "pf" },
    entity: { name: entity, parent_id: "sq", ...rest },
    parent: { type: "Sequence", name: sequence },
    project: { code: "demo" },
  });
  const previews = new Map(revision === null ? [] : [["pf", v.parse(PreviewFile, { id: "pf", revision })]]);
  return readTaskInfo(one, {
    previews,
    entityTypes: new Map(),
    person: { name: "Ada" },
    zouPerson: undefined,
  });
}

const recorded = (path: string, rest: object = {}) => ({ path, revision: 1, extension: undefined, ...rest });
const find = (files: ReturnType<typeof recorded>[], rest: object = {}, info = infoOf(), extensions?: string[]) =>
  findFile(info, files, { file: "output", extensions }, settings(rest));

describe("the path of a task's file", () => {
  it("is the recorded one before any template, on each system with a root for the same folder", () => {
    const located = find([recorded("/mnt/prod/demo/sh010.mov")], { roots: ROOTS, paths: TEMPLATES });
    expect(located.paths).toEqual({
      linux: "/mnt/prod/demo/sh010.mov",
      windows: "P:\\demo\\sh010.mov",
      darwin: "/Volumes/prod/demo/sh010.mov",
    });
  });

  it("is mapped from Windows regardless of case and slashes", () => {
    expect(find([recorded("p:/Demo\\sh010.mov")], { roots: ROOTS }).paths).toEqual({
      linux: "/mnt/prod/Demo/sh010.mov",
      windows: "p:\\Demo\\sh010.mov",
      darwin: "/Volumes/prod/Demo/sh010.mov",
    });
  });

  it("stays unchanged without a root, and a root only matches whole folders", () => {
    expect(find([recorded("/mnt/production/a.mov")], { roots: ROOTS }).paths).toEqual({
      linux: "/mnt/production/a.mov",
      darwin: "/mnt/production/a.mov",
    });
    expect(find([recorded("\\\\server\\share\\a.mov")], { roots: ROOTS }).paths).toEqual({
      windows: "\\\\server\\share\\a.mov",
    });
  });

  it.each([
    "\\\\nas01\\prod\\demo\\a.mov",
    "//nas01/prod/demo/a.mov",
    "\\\\nas01/prod\\demo/a.mov",
    "\\/nas01/prod/demo\\a.mov",
    "//NAS01/Prod/demo/a.mov",
  ])("is the same for each spelling of a server's share: %s", (path) => {
    for (const windows of ["\\\\nas01\\prod", "//nas01/prod/", "\\\\nas01/prod"]) {
      const { paths } = find([recorded(path)], { roots: [{ linux: "/mnt/prod", windows, darwin: "/Volumes/prod" }] });
      expect(paths.linux).toBe("/mnt/prod/demo/a.mov");
      expect(paths.darwin).toBe("/Volumes/prod/demo/a.mov");
      expect(paths.windows?.toLowerCase()).toBe("\\\\nas01\\prod\\demo\\a.mov");
      const [back] = [
        find([recorded("/mnt/prod//demo/a.mov")], { roots: [{ linux: "/mnt/prod", windows }] }).paths.windows,
      ];
      expect(back).toBe("\\\\nas01\\prod\\demo\\a.mov");
    }
    expect(find([recorded(path)]).paths.windows?.toLowerCase()).toBe("\\\\nas01\\prod\\demo\\a.mov");
  });

  it("has one kind of slash, whatever its root and template have", () => {
    const [root, path] = ["P:/prod", "/mnt/prod/demo/a.mov"];
    const mapped = find([recorded(path)], { roots: [{ linux: "/mnt/prod", windows: root }] }).paths;
    expect(mapped.windows).toBe("P:\\prod\\demo\\a.mov");
    expect(find([], { paths: [{ for: "Shot", windows: "//nas01/prod/{entity}\\a.mov" }] }).paths.windows).toBe(
      "\\\\nas01\\prod\\SH010\\a.mov",
    );
    expect(find([recorded("P:/prod/a.mov")]).paths.windows).toBe("P:/prod/a.mov");
    expect(joinPath("//nas01/out/", ["sh010", "####"])).toBe("\\\\nas01\\out\\sh010\\####");
    expect(joinPath("P:/out", ["sh010"])).toBe("P:/out/sh010");
    expect(joinPath("P:\\out", ["sh010"])).toBe("P:\\out\\sh010");
    expect(joinPath("/mnt/out/", ["sh010"])).toBe("/mnt/out/sh010");
  });

  it("is the newest file that the program can open", () => {
    const files = [recorded("/p/a_v3.abc"), recorded("/p/a_v2", { extension: ".MOV" }), recorded("/p/a_v1.mov")];
    expect(find(files, {}, infoOf(), ["mov"]).paths.linux).toBe("/p/a_v2.mov");
    expect(find(files).paths.linux).toBe("/p/a_v3.abc");
    expect(find([recorded("/p/a_v3")], {}, infoOf(), ["blend"]).paths.linux).toBe("/p/a_v3.blend");
    expect(find([recorded("/p/a_v3")], {}, infoOf(), ["ma", "mb"]).paths.linux).toBe("/p/a_v3");
  });

  it("comes from the studio's template if nothing is recorded", () => {
    expect(find([], { paths: TEMPLATES }).paths).toEqual({
      linux: "/mnt/prod/demo/SQ01/SH010/anim/SH010_anim_v007.mov",
      windows: "P:\\demo\\SQ01\\SH010\\anim\\SH010_anim_v007.mov",
    });
    const [linux] = TEMPLATES.map(({ windows: _, ...rest }) => rest);
    expect(find([], { paths: [linux], roots: ROOTS }).paths).toMatchObject({
      windows: "P:\\demo\\SQ01\\SH010\\anim\\SH010_anim_v007.mov",
      darwin: "/Volumes/prod/demo/SQ01/SH010/anim/SH010_anim_v007.mov",
    });
  });

  it("only comes from a template for its kind of entity, task and file", () => {
    expect(find([], { paths: TEMPLATES }, infoOf({ type: "Lighting" }))).toEqual({ paths: {} });
    expect(
      find([], { paths: TEMPLATES }, infoOf({ type: "Animation", parent_id: null, entity: "A" })).paths.linux,
    ).toBeDefined();
    expect(find([], { paths: [{ for: "Asset", linux: "/a/{entity}" }] })).toEqual({ paths: {} });
    expect(find([], { paths: [{ for: "Shot", file: "working", linux: "/a/{entity}" }] })).toEqual({ paths: {} });
    const several = [{ for: "Shot", task_type: ["Layout", "Animation"], linux: "/a/{entity}" }];
    expect(find([], { paths: several }).paths.linux).toBe("/a/SH010");
  });

  it("is not made without a value, and the problem names the variable", () => {
    const { paths, problem = "" } = find([], { paths: TEMPLATES }, infoOf({ revision: null }));
    expect(paths).toEqual({});
    expect(toEnglish(problem)).toBe("{revision} has no value");
  });

  it.each([
    ["..", '{entity} has "..", which is not allowed'],
    ["a..b", "which is not allowed"],
    [".", "which is not allowed"],
    ["../../etc/passwd", "which is not allowed"],
    ["a/b", "has /, which is not allowed in a path"],
    ["a\\b", "has \\"],
    ["C:", "has :"],
    ["a*", "has *"],
    ["what?", "has ?"],
    ['a"b', 'has "'],
    ["<a", "has <"],
    ["a|b", "has |"],
    ["a\nb", "has a control character"],
    ["a\u0000b", "has a control character"],
    ["a\u2028b", "has a control character"],
  ])("is not made from the name %j", (entity, problem) => {
    const located = find([], { paths: TEMPLATES }, infoOf({ entity }));
    expect(located.paths).toEqual({});
    expect(toEnglish(located.problem ?? "")).toContain(problem);
  });

  it.each([
    ["-eval.mov", 'begins with "-", like an option'],
    ["--help", 'begins with "-"'],
    ["/mnt/prod/../../etc/passwd", 'has "..", which is not allowed'],
    ["P:\\prod\\..\\..\\Windows", 'has ".."'],
    ["/mnt/prod/..\\..\\Windows", 'has ".."'],
    ["prod/a.mov", "does not start at a root"],
    ["///server/share/a.mov", "does not start at a root"],
    ["//server/share/../a.mov", 'has ".."'],
    ["javascript:alert(1)", "does not start at a root"],
    ["/mnt/a\nb.mov", "has a control character"],
  ])("is refused if it was recorded as %j", (path, problem) => {
    const located = find([recorded(path)], { roots: ROOTS, paths: TEMPLATES });
    expect(located.paths).toEqual({});
    expect(toEnglish(located.problem ?? "")).toMatch(/^The path recorded in Kitsu /);
    expect(toEnglish(located.problem ?? "")).toContain(problem);
  });

  it("may have the other characters that people use in names", () => {
    for (const name of ["SH 010", "Zoé's 🦊", "a.b-c_d", "-rf", "100%", "a&b=c+d"])
      expect(refuseName(name, "{entity}")).toBeUndefined();
    expect(isSafePath("/mnt/prod/Zoé's & 🦊/.hidden/a...mov")).toBe(true);
  });
});
