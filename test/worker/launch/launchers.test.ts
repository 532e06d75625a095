import { describe, expect, it } from "vitest";
import { Failure } from "../../../worker/format/failure.ts";
import { toEnglish } from "../../../worker/format/localize.ts";
import { getAppName, getShortLabel, opensMany } from "../../../worker/launch/launchers.ts";
import { readSettings } from "../../../worker/settings/settings.ts";
import { makeEnv } from "../../support/worker/worker.ts";

const read = (LAUNCHERS: unknown) => readSettings(makeEnv({ LAUNCHERS }));

function complaint(LAUNCHERS: unknown): string {
  try {
    read(LAUNCHERS);
  } catch (thrown) {
    if (thrown instanceof Failure) return toEnglish(thrown.reply.text ?? "");
    throw thrown;
  }
  throw new Error("The launchers were accepted");
}

const RV = { id: "rv", label: "Open in RV", kind: "rvlink" };
const complaintOf = (launcher: object) => complaint({ launchers: [launcher] });
const template = (url: string) => ({ id: "own", label: "Own", kind: "template", url });

/** The example in docs/launch.md. */
const EXAMPLE = {
  launchers: [
    { id: "rv", label: "Open in RV", kind: "rvlink", media: "{path}", args: ["-play"], many: true },
    { id: "xstudio", label: "xStudio", kind: "xstudio", media: "{path}", many: true },
    { id: "mpv", label: "mpv", kind: "mpv", media: "{media_url}", many: false },
    {
      id: "blender",
      label: "Open in Blender",
      kind: "template",
      url: "studio-blender://open?path={path|url}&task={task.id|url}",
    },
    { id: "any", label: "Studio launcher", kind: "ticket", scheme: "studio", verb: "open", many: true },
  ],
  paths: [
    {
      for: "Shot",
      task_type: "Animation",
      linux: "/mnt/prod/{project.code}/{sequence}/{entity}/anim/{entity}_anim_v{revision|pad:3}.mov",
      windows: "P:\\{project.code}\\{sequence}\\{entity}\\anim\\{entity}_anim_v{revision|pad:3}.mov",
    },
  ],
  roots: [{ linux: "/mnt/prod", windows: "P:\\", darwin: "/Volumes/prod" }],
  help: "https://wiki.studio.tld/players",
};

describe("LAUNCHERS", () => {
  it("can be JSON or a table, with defaults for each program", () => {
    for (const value of [EXAMPLE, JSON.stringify(EXAMPLE)]) {
      expect(read(value).launchers?.launchers.map((one) => [one.id, one.file, opensMany(one)])).toEqual([
        ["rv", "output", true],
        ["xstudio", "output", true],
        ["mpv", "output", false],
        ["blender", "working", false],
        ["any", "working", true],
      ]);
    }
    expect(read(undefined).launchers).toBeUndefined();
  });

  it("allow the schemes of their links, but never plain http", () => {
    expect(read(EXAMPLE).schemes).toEqual(["https", "rvlink", "xstudio", "mpv", "studio-blender", "studio"]);
    expect(read({ launchers: [template("http://viewer.lan/?p={path|url}")] }).schemes).toEqual(["https"]);
  });

  it("take the program's name from the label", () => {
    expect(getAppName({ label: "Open in RV" })).toBe("RV");
    expect(getAppName({ label: "open with xStudio" })).toBe("xStudio");
    expect(getAppName({ label: "Play", app: "OpenRV" })).toBe("OpenRV");
    expect(getAppName({ label: "Open in " })).toBe("Open in ");
  });

  it("may have a label in each language; the program's name is in the English one", () => {
    const label = { en: "Open in RV", fr: "Ouvrir dans RV" };
    const [rv] = read({ launchers: [{ ...RV, label }] }).launchers?.launchers ?? [];
    expect(rv?.label).toEqual(label);
    expect(getAppName({ label })).toBe("RV");
    expect(getAppName({ label, app: "OpenRV" })).toBe("OpenRV");
    expect(getShortLabel({ label })).toBe("RV");
    const own = { en: "Studio launcher", fr: "Lanceur du studio" };
    expect([getAppName({ label: own }), getShortLabel({ label: own })]).toEqual(["Studio launcher", own]);
  });

  it.each([
    ["{", "LAUNCHERS must be"],
    [[], "LAUNCHERS"],
    [{}, "LAUNCHERS.launchers is missing"],
    [{ launchers: [] }, "LAUNCHERS.launchers must have at least one launcher"],
    [{ launchers: [RV, RV] }, "LAUNCHERS.launchers must not have two launchers with the same id"],
    [{ launchers: ["rv"] }, "LAUNCHERS.launchers.0 must be"],
    [{ launchers: [RV], root: [] }, "LAUNCHERS.root is not a setting: check the spelling"],
    [{ launchers: [RV], help: "javascript:alert(1)" }, "LAUNCHERS.help must be the address of a page"],
    [{ launchers: [RV], help: "https://wiki@evil.tld/" }, "LAUNCHERS.help must be the address of a page"],
    [{ launchers: [RV], roots: [{ linux: "prod" }] }, "LAUNCHERS.roots.0.linux must start at a root, like /mnt/prod"],
    [{ launchers: [RV], roots: [{ windows: "/mnt" }] }, "LAUNCHERS.roots.0.windows must start at a root, like P:\\"],
    [{ launchers: [RV], paths: [{ for: "shot", linux: "/a" }] }, "LAUNCHERS.paths.0.for must be"],
    [
      { launchers: [RV], paths: [{ for: "Shot", linux: "{entity}/a" }] },
      "LAUNCHERS.paths.0.linux must start at a root",
    ],
    [
      { launchers: [RV], paths: [{ for: "Shot", linux: "-rf/{entity}" }] },
      "LAUNCHERS.paths.0.linux must start at a root",
    ],
    [
      { launchers: [RV], paths: [{ for: "Shot", linux: "/a/{path}" }] },
      "LAUNCHERS.paths.0.linux has the unknown variable {path}: use one of project,",
    ],
    [{ launchers: [RV], paths: [{ for: "Shot", macos: "/a" }] }, "LAUNCHERS.paths.0.macos is not a setting"],
  ])("report where they are wrong: %j", (value, problem) => {
    expect(complaint(value)).toContain(problem);
  });

  it.each([
    [{ ...RV, id: "RV!" }, "LAUNCHERS.launchers.0.id must have small letters"],
    [{ ...RV, label: undefined }, "LAUNCHERS.launchers.0.label is missing"],
    [{ ...RV, label: "" }, "LAUNCHERS.launchers.0.label must not be empty"],
    [{ ...RV, label: { fr: "Ouvrir dans RV" } }, "LAUNCHERS.launchers.0.label.en is missing"],
    [{ ...RV, label: { en: "RV", fr: "" } }, "LAUNCHERS.launchers.0.label.fr must not be empty"],
    [
      { ...RV, label: { en: "RV", fr: "x".repeat(81) } },
      "LAUNCHERS.launchers.0.label.fr must have at most 80 characters",
    ],
    [{ ...RV, label: 7 }, "LAUNCHERS.launchers.0.label must be string, not 7"],
    [{ ...RV, kind: "djv" }, "LAUNCHERS.launchers.0.kind must be one of rvlink, xstudio, mpv, template, ticket"],
    [{ ...RV, kind: undefined }, "must be one of rvlink, xstudio, mpv, template, ticket"],
    [{ ...RV, colour: "red" }, "LAUNCHERS.launchers.0.colour is not a setting"],
    [{ ...RV, media: "{pth}" }, "LAUNCHERS.launchers.0.media has the unknown variable {pth}: use one of project,"],
    [{ ...RV, media: "{path|base64}" }, 'LAUNCHERS.launchers.0.media has the unknown filter "base64"'],
    [{ ...RV, media: "{path" }, "LAUNCHERS.launchers.0.media has an unmatched brace"],
    [{ ...RV, args: ["-a b"] }, "LAUNCHERS.launchers.0.args.0 must be one argument"],
    [{ ...RV, args: ["it's"] }, "LAUNCHERS.launchers.0.args.0 must be one argument"],
    [{ ...RV, args: ["-pyeval"] }, "LAUNCHERS.launchers.0.args.0 must not run code"],
    [{ ...RV, file: "source" }, "LAUNCHERS.launchers.0.file must be"],
    [{ ...RV, extensions: ["../x"] }, "LAUNCHERS.launchers.0.extensions.0 must be a file name extension"],
    [{ ...RV, command: [] }, "LAUNCHERS.launchers.0.command must name a program"],
    [template("studio://open?path={path}"), "LAUNCHERS.launchers.0.url must escape every variable: write {path|url}"],
    [template("studio://open?path={path|url|lower}"), "must escape every variable"],
    [template("{entity|url}://open"), "must begin with a scheme"],
    [template("open?path={path|url}"), "must begin with a scheme"],
    [template("javascript:alert('{entity|hex}')"), "must not be a scheme that runs scripts"],
    [template("data:text/html,{entity|url}"), "must not be a scheme that runs scripts"],
    [template("file:///{path|url}"), "must not be a scheme that runs scripts"],
    [{ ...template("studio://a?b={path|url}"), many: true }, "LAUNCHERS.launchers.0.many is not a setting"],
    [
      { ...RV, kind: "ticket", scheme: "javascript" },
      "LAUNCHERS.launchers.0.scheme must not be a scheme that runs scripts",
    ],
    [{ ...RV, kind: "ticket", scheme: "studio:" }, "LAUNCHERS.launchers.0.scheme must have small letters"],
    [{ ...RV, kind: "ticket", scheme: "studio", verb: "../x" }, "LAUNCHERS.launchers.0.verb must have"],
    [{ ...RV, help: "javascript:alert(1)" }, "LAUNCHERS.launchers.0.help must be the address of a page"],
  ])("report what is wrong with one of them: %j", (launcher, problem) => {
    expect(complaintOf(launcher)).toContain(problem);
  });
});
