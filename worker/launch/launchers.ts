// The setting LAUNCHERS: the programs on a studio's workstations, and how links start them. docs/launch.md
// documents the setting.
import * as v from "valibot";
import { isOpenable } from "../../contract.ts";
import { Slug } from "../format/slug.ts";
import { isAbsolute, isWindows } from "./paths.ts";
import { findUnescaped, type Template, TemplateText } from "./template.ts";
import { FACT_VARIABLES } from "./template-variables.ts";

const FILE_VARIABLES = [...FACT_VARIABLES, "path", "media_url"];

/** The default for players, because a task can have published files of any kind. */
const MEDIA_EXTENSIONS = "mov mp4 m4v mkv avi webm mxf exr dpx png jpg jpeg tif tiff tga hdr gif wav".split(" ");

export const Label = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1, "must not be empty"),
  v.maxLength(80, "must have at most 80 characters"),
);
export const Help = v.pipe(v.string(), v.regex(/^https?:\/\/[^\s@]+$/, 'must be the address of a page, "https://…"'));
const Extension = v.pipe(
  v.string(),
  v.transform((text) => text.replace(/^\./, "").toLowerCase()),
  v.regex(/^[a-z0-9]{1,10}$/, 'must be a file name extension, "mov"'),
);

const mayOpen = (scheme: string) => isOpenable(`${scheme}://host`, [scheme]);
const UNSAFE_SCHEME = "must not be a scheme that runs scripts or reads files, such as javascript, data or file";

const Scheme = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9+.-]*$/, 'must have small letters, digits, "+", "-" and ".", and no ":"'),
  v.check(mayOpen, UNSAFE_SCHEME),
);

/** The scheme that a link begins with. It can't contain a variable. */
export const readScheme = ({ parts: [first] }: Template) =>
  typeof first === "string" ? /^([a-z][a-z0-9+.-]*):/.exec(first)?.[1] : undefined;

export const LinkTemplate = (variables: readonly string[]) =>
  v.pipe(
    TemplateText(variables),
    v.check((template) => readScheme(template) !== undefined, 'must begin with a scheme in small letters, "studio://"'),
    v.check((template) => mayOpen(readScheme(template) ?? ""), UNSAFE_SCHEME),
    v.check(
      (template) => findUnescaped(template) === undefined,
      ({ input }) =>
        `must escape every variable: write {${findUnescaped(input)}|url}, or end with url2, base64url or hex`,
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
  app: v.optional(Label),
  /** can be typed instead of opening the link; arguments with a variable are repeated for each task */
  command: v.optional(v.pipe(v.array(Argument), v.minLength(1, "must name a program"))),
  help: v.optional(Help),
};
const playerMembers = {
  ...common,
  file: v.optional(File, "output"),
  extensions: v.optional(v.array(Extension), MEDIA_EXTENSIONS),
};

const RvArgument = v.pipe(
  v.string(),
  v.regex(/^[^\s'{}]+$/, "must be one argument without spaces or apostrophes"),
  v.check((text) => !/^-+(py)?eval/i.test(text), "must not run code: RV accepts no -eval from links"),
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
  verb: v.optional(
    v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,19}$/, "must have small letters, digits and hyphens")),
    "open",
  ),
  many: v.optional(v.boolean(), true),
});

const KINDS = "must be one of rvlink, xstudio, mpv, template, ticket";
const Launcher = v.variant("kind", [Rvlink, Xstudio, Mpv, TemplateLauncher, Ticket], ({ received }) =>
  received === "Object" || /^"|^undefined$/.test(received) ? KINDS : "must be a launcher: {id, label, kind, …}",
);
export type Launcher = v.InferOutput<typeof Launcher>;
export type LauncherOf<K extends Launcher["kind"]> = Extract<Launcher, { kind: K }>;

const RootPath = (isValid: (path: string) => boolean, example: string) =>
  v.optional(v.pipe(v.string(), v.check(isValid, `must start at a root, like ${example}`)));
const isPosix = (path: string) => isAbsolute(path) && !isWindows(path);
const PathText = (isValid: (path: string) => boolean, example: string) =>
  v.optional(
    v.pipe(
      TemplateText(FACT_VARIABLES),
      v.check(
        ({ parts: [first] }) => typeof first === "string" && isValid(first),
        `must start at a root, like ${example}`,
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
    v.minLength(1, "must have at least one launcher"),
    v.check(
      (all) => new Set(all.map(({ id }) => id)).size === all.length,
      "must not have two launchers with the same id",
    ),
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

/** "RV", from the label "Open in RV". */
export const nameApp = ({ app, label }: { app?: string | undefined; label: string }) =>
  app ?? (label.replace(/^open (in|with) /i, "") || label);

/** A link of the kind `template` names one task. */
export const opensMany = (launcher: Launcher): boolean => launcher.kind !== "template" && launcher.many;
