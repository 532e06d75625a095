// The programs a studio's workstations can be asked to start, as the setting LAUNCHERS has them. docs/launch.md is for who writes it.
import * as v from "valibot";
import { isOpenable } from "../../contract.ts";
import { isAbsolute, isWindows } from "./paths.ts";
import { findUnescaped, type Template, TemplateText } from "./template.ts";
import { FACT_VARIABLES } from "./template-variables.ts";

/** What links and commands may say beside the facts of a task. */
const FILE_VARIABLES = [...FACT_VARIABLES, "path", "media_url"];

/** What a player takes for granted that it can show, of all that a task may have published. */
const MEDIA_EXTENSIONS = "mov mp4 m4v mkv avi webm mxf exr dpx png jpg jpeg tif tiff tga hdr gif wav".split(" ");

const Text = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1, "must not be empty"),
  v.maxLength(80, "must have at most 80 characters"),
);
const Id = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "must have small letters, digits and single hyphens"),
);
export const Help = v.pipe(v.string(), v.regex(/^https?:\/\/[^\s@]+$/, 'must be the address of a page, "https://…"'));
const Extension = v.pipe(
  v.string(),
  v.transform((text) => text.replace(/^\./, "").toLowerCase()),
  v.regex(/^[a-z0-9]{1,10}$/, 'must be the end of a file name, "mov"'),
);

const mayOpen = (scheme: string) => isOpenable(`${scheme}://host`, [scheme]);
const NEVER = "may not be one that runs scripts or reads files, as javascript, data and file do";

const Scheme = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9+.-]*$/, 'must have small letters, digits, "+", "-" and ".", and no ":"'),
  v.check(mayOpen, NEVER),
);

/** The scheme a link begins with, which no hole may be part of. */
export const readScheme = ({ parts: [first] }: Template) =>
  typeof first === "string" ? /^([a-z][a-z0-9+.-]*):/.exec(first)?.[1] : undefined;

/** A link of the studio's own making. */
export const LinkTemplate = (variables: readonly string[]) =>
  v.pipe(
    TemplateText(variables),
    v.check((template) => readScheme(template) !== undefined, 'must begin with a scheme in small letters, "studio://"'),
    v.check((template) => mayOpen(readScheme(template) ?? ""), `${NEVER}: its scheme`),
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
  id: Id,
  /** the choice, "Open in RV" */
  label: Text,
  /** the program's name; without it what the label says after "Open in" */
  app: v.optional(Text),
  /** what to type instead of following a link; arguments that name something of a task are repeated for each */
  command: v.optional(v.pipe(v.array(Argument), v.minLength(1, "must name a program"))),
  help: v.optional(Help),
};
const playing = {
  ...common,
  file: v.optional(File, "output"),
  extensions: v.optional(v.array(Extension), MEDIA_EXTENSIONS),
};

const RvArgument = v.pipe(
  v.string(),
  v.regex(/^[^\s'{}]+$/, "must be one argument without blanks and apostrophes"),
  v.check((text) => !/^-+(py)?eval/i.test(text), "may not run code: RV takes no -eval from links"),
);

const Rvlink = v.strictObject({
  kind: v.literal("rvlink"),
  ...playing,
  media: v.optional(Media, "{path}"),
  args: v.optional(v.array(RvArgument), []),
  /** show the shot's frames alone; for files whose frames are numbered as the shot's */
  range: v.optional(v.boolean(), false),
  many: v.optional(v.boolean(), true),
});
const Xstudio = v.strictObject({
  kind: v.literal("xstudio"),
  ...playing,
  media: v.optional(Media, "{path}"),
  many: v.optional(v.boolean(), true),
});
const Mpv = v.strictObject({
  kind: v.literal("mpv"),
  ...playing,
  media: v.optional(Media, "{media_url}"),
  many: v.optional(v.boolean(), false),
});
const Own = v.strictObject({
  kind: v.literal("template"),
  ...common,
  file: v.optional(File, "working"),
  extensions: v.optional(v.array(Extension)),
  url: LinkTemplate(FILE_VARIABLES),
  many: v.optional(
    v.literal(false, "must be false: such a link opens one task. A launcher of the kind ticket opens many"),
    false,
  ),
});
const Ticket = v.strictObject({
  kind: v.literal("ticket"),
  ...common,
  /** none: the handler knows the way from the tasks' ids */
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
const Launcher = v.variant("kind", [Rvlink, Xstudio, Mpv, Own, Ticket], ({ received }) =>
  received === "Object" || /^"|^undefined$/.test(received) ? KINDS : "must be a launcher: {id, label, kind, …}",
);
export type Launcher = v.InferOutput<typeof Launcher>;
export type LauncherOf<K extends Launcher["kind"]> = Extract<Launcher, { kind: K }>;

const atRoot = (isRight: (path: string) => boolean, example: string) =>
  v.optional(v.pipe(v.string(), v.check(isRight, `must begin at a root, as ${example} does`)));
const isPosix = (path: string) => isAbsolute(path) && !isWindows(path);
const beginsAt = (isRight: (path: string) => boolean, example: string) =>
  v.optional(
    v.pipe(
      TemplateText(FACT_VARIABLES),
      v.check(
        ({ parts: [first] }) => typeof first === "string" && isRight(first),
        `must begin at a root, as ${example} does`,
      ),
    ),
  );
const [POSIX, WINDOWS] = ["/mnt/prod/{project.code}", "P:\\{project.code}"];

const PathTemplate = v.strictObject({
  /** the kind of entity */
  for: v.picklist(["Shot", "Asset", "Sequence", "Episode", "Edit", "Concept", "Scene"]),
  /** names of task types; all of them where it is absent */
  task_type: v.optional(
    v.pipe(
      v.union([v.string(), v.array(v.string())]),
      v.transform((names) => [names].flat()),
    ),
  ),
  file: v.optional(File, "output"),
  linux: beginsAt(isPosix, POSIX),
  windows: beginsAt(isWindows, WINDOWS),
  darwin: beginsAt(isPosix, POSIX),
});

export const Launchers = v.strictObject({
  launchers: v.pipe(
    v.array(Launcher),
    v.minLength(1, "must have a launcher"),
    v.check((all) => new Set(all.map(({ id }) => id)).size === all.length, "must not have two launchers of one id"),
  ),
  paths: v.optional(v.array(PathTemplate), []),
  roots: v.optional(
    v.array(
      v.strictObject({
        linux: atRoot(isPosix, "/mnt/prod"),
        windows: atRoot(isWindows, "P:\\"),
        darwin: atRoot(isPosix, "/Volumes/prod"),
      }),
    ),
    [],
  ),
  /** the page to read when nothing opens */
  help: v.optional(Help),
});
export type Launchers = v.InferOutput<typeof Launchers>;

/** The schemes of their links, which may therefore be opened. */
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

/** "RV", out of "Open in RV". */
export const nameApp = ({ app, label }: { app?: string | undefined; label: string }) =>
  app ?? (label.replace(/^open (in|with) /i, "") || label);
