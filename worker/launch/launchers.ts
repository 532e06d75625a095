// The setting LAUNCHERS: the programs on a studio's workstations, and how links start them.
// docs/launch.md documents the setting.
import * as v from "valibot";
import { isOpenable } from "../../contract.ts";
import { OwnText, Words } from "../format/local-text.ts";
import type { LocalTexts } from "../format/message.ts";
import { settingProblem } from "../format/setting-problem.ts";
import { Slug } from "../format/slug.ts";
import { isAbsolute, isWindows } from "./paths.ts";
import { findUnescaped, type Template, TemplateText } from "./template.ts";
import { TASK_VARIABLES } from "./template-variables.ts";

const FILE_VARIABLES = [...TASK_VARIABLES, "path", "media_url"];

/** The default for players, because a task can have published files of any kind. */
const MEDIA_EXTENSIONS = "mov mp4 m4v mkv avi webm mxf exr dpx png jpg jpeg tif tiff tga hdr gif wav".split(" ");

const LABEL_MAX_CHARS = 80;
/** A name, which is the same in every language. */
export const Name = Words(LABEL_MAX_CHARS);
export const Label = OwnText(LABEL_MAX_CHARS);
export const Help = v.pipe(v.string(), v.regex(/^https?:\/\/[^\s@]+$/, settingProblem("settings.page")));
const Extension = v.pipe(
  v.string(),
  v.transform((text) => text.replace(/^\./, "").toLowerCase()),
  v.regex(/^[a-z0-9]{1,10}$/, settingProblem("settings.extension")),
);

const mayOpen = (scheme: string) => isOpenable(`${scheme}://host`, [scheme]);
const UNSAFE_SCHEME = settingProblem("settings.unsafeScheme");

const Scheme = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9+.-]*$/, settingProblem("settings.scheme")),
  v.check(mayOpen, UNSAFE_SCHEME),
);

/** The scheme that a link begins with. It can't contain a variable. */
export const readScheme = ({ parts: [first] }: Template) =>
  typeof first === "string" ? /^([a-z][a-z0-9+.-]*):/.exec(first)?.[1] : undefined;

export const LinkTemplate = (variables: readonly string[]) =>
  v.pipe(
    TemplateText(variables),
    v.check((template) => readScheme(template) !== undefined, settingProblem("settings.noScheme")),
    v.check((template) => mayOpen(readScheme(template) ?? ""), UNSAFE_SCHEME),
    v.check(
      (template) => findUnescaped(template) === undefined,
      ({ input }) => settingProblem("settings.unescaped", { example: `{${findUnescaped(input)}|url}` }),
    ),
  );

/** One argument of a command. */
const Argument = TemplateText(FILE_VARIABLES);
const File = v.picklist(["output", "working"]);
const Media = TemplateText(FILE_VARIABLES);

const common = {
  id: Slug,
  /** the button, "Open in RV" */
  label: Label,
  /** the program's name; if absent, the label without "Open in" */
  app: v.optional(Name),
  /**
   * can be typed instead of opening the link; arguments with a variable are repeated for each task
   */
  command: v.optional(v.pipe(v.array(Argument), v.minLength(1, settingProblem("settings.noProgram")))),
  help: v.optional(Help),
};
const playerMembers = {
  ...common,
  file: v.optional(File, "output"),
  extensions: v.optional(v.array(Extension), MEDIA_EXTENSIONS),
};

const RvArgument = v.pipe(
  v.string(),
  v.regex(/^[^\s'{}]+$/, settingProblem("settings.oneArgument")),
  v.check((text) => !/^-+(py)?eval/i.test(text), settingProblem("settings.runsCode")),
);

const Rvlink = v.strictObject({
  kind: v.literal("rvlink"),
  ...playerMembers,
  media: v.optional(Media, "{path}"),
  args: v.optional(v.array(RvArgument), []),
  /** show only the shot's frames; for files with the same frame numbers as the shot */
  range: v.optional(v.boolean(), false),
  many: v.optional(v.boolean(), true),
});
const Xstudio = v.strictObject({
  kind: v.literal("xstudio"),
  ...playerMembers,
  media: v.optional(Media, "{path}"),
  many: v.optional(v.boolean(), true),
});
const Mpv = v.strictObject({
  kind: v.literal("mpv"),
  ...playerMembers,
  media: v.optional(Media, "{media_url}"),
  many: v.optional(v.boolean(), false),
});
const TemplateLauncher = v.strictObject({
  kind: v.literal("template"),
  ...common,
  file: v.optional(File, "working"),
  extensions: v.optional(v.array(Extension)),
  url: LinkTemplate(FILE_VARIABLES),
});
const Ticket = v.strictObject({
  kind: v.literal("ticket"),
  ...common,
  /** none: the handler only needs the tasks' ids */
  file: v.optional(v.picklist(["output", "working", "none"]), "working"),
  extensions: v.optional(v.array(Extension)),
  scheme: Scheme,
  verb: v.optional(v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,19}$/, settingProblem("settings.verb"))), "open"),
  many: v.optional(v.boolean(), true),
});

const KINDS = settingProblem("settings.choice", { choices: "rvlink, xstudio, mpv, template, ticket" });
const FORM = settingProblem("settings.launcher", { members: "{id, label, kind, …}" });
const Launcher = v.variant("kind", [Rvlink, Xstudio, Mpv, TemplateLauncher, Ticket], ({ received }) =>
  received === "Object" || /^"|^undefined$/.test(received) ? KINDS : FORM,
);
export type Launcher = v.InferOutput<typeof Launcher>;
export type LauncherOf<K extends Launcher["kind"]> = Extract<Launcher, { kind: K }>;

const RootPath = (isValid: (path: string) => boolean, example: string) =>
  v.optional(v.pipe(v.string(), v.check(isValid, settingProblem("settings.notRooted", { example }))));
const isPosix = (path: string) => isAbsolute(path) && !isWindows(path);
const PathText = (isValid: (path: string) => boolean, example: string) =>
  v.optional(
    v.pipe(
      TemplateText(TASK_VARIABLES),
      v.check(
        ({ parts: [first] }) => typeof first === "string" && isValid(first),
        settingProblem("settings.notRooted", { example }),
      ),
    ),
  );
const [POSIX_EXAMPLE, WINDOWS_EXAMPLE] = ["/mnt/prod/{project.code}", "P:\\{project.code}"];

const PathTemplate = v.strictObject({
  /** the kind of entity */
  for: v.picklist(["Shot", "Asset", "Sequence", "Episode", "Edit", "Concept", "Scene"]),
  /** names of task types; absent: all */
  task_type: v.optional(
    v.pipe(
      v.union([v.string(), v.array(v.string())]),
      v.transform((names) => [names].flat()),
    ),
  ),
  file: v.optional(File, "output"),
  linux: PathText(isPosix, POSIX_EXAMPLE),
  windows: PathText(isWindows, WINDOWS_EXAMPLE),
  darwin: PathText(isPosix, POSIX_EXAMPLE),
});

export const Launchers = v.strictObject({
  launchers: v.pipe(
    v.array(Launcher),
    v.minLength(1, settingProblem("settings.noLauncher")),
    v.check((all) => new Set(all.map(({ id }) => id)).size === all.length, settingProblem("settings.sameLauncher")),
  ),
  paths: v.optional(v.array(PathTemplate), []),
  roots: v.optional(
    v.array(
      v.strictObject({
        linux: RootPath(isPosix, "/mnt/prod"),
        windows: RootPath(isWindows, "P:\\"),
        darwin: RootPath(isPosix, "/Volumes/prod"),
      }),
    ),
    [],
  ),
  /** a page with help if nothing opens */
  help: v.optional(Help),
});
export type Launchers = v.InferOutput<typeof Launchers>;

/** The schemes of their links, which are allowed without being in LINK_SCHEMES. */
export function schemesOf({ launchers }: Launchers): string[] {
  return launchers.map((launcher) => {
    switch (launcher.kind) {
      case "template":
        return readScheme(launcher.url) ?? "";
      case "ticket":
        return launcher.scheme;
      default:
        return launcher.kind;
    }
  });
}

type Labelled = { app?: string | undefined; label: string | LocalTexts };

/** "RV", from the English label "Open in RV". */
export function getAppName({ app, label }: Labelled): string {
  const english = typeof label === "string" ? label : label.en;
  return app ?? (english.replace(OPEN_IN, "") || english);
}

const OPEN_IN = /^open (in|with) /i;

/** What to call the program below "Open with": its name if its label has it, else the label. */
export function getShortLabel({ label }: Labelled): string | LocalTexts {
  return typeof label === "string" || OPEN_IN.test(label.en) ? getAppName({ label }) : label;
}

/** A link of the kind `template` names one task. */
export const opensMany = (launcher: Launcher): boolean => launcher.kind !== "template" && launcher.many;
