/**
 * `npm run api`: writes the reference of the package's entries to docs/api/, from their comments.
 * `-- --check` fails if it is not current.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Application, Converter, type ProjectReflection, ReflectionKind } from "typedoc";
import { createTempDirectory } from "../temp-directory.ts";

const root = join(import.meta.dirname, "../..");
const API = join(root, "docs/api");

/** The package's entries by the names that TypeDoc gives them, and their names here. */
const ENTRIES: Readonly<Record<string, { file: string; name: string }>> = {
  worker: { file: "worker/index.ts", name: "kitsu-actions" },
  testing: { file: "testing/index.ts", name: "testing" },
  "testing/vitest": { file: "testing/vitest.ts", name: "vitest" },
  contract: { file: "contract.ts", name: "contract" },
};

/** What is of no use to an author of actions, although something that they use refers to it. */
const FOREIGN_FILES = [
  "**/playground/**",
  "**/worker/run/long-run/**",
  "**/worker/storage/!(run-record).ts",
  "**/worker/storage/use/**",
  "**/worker/settings/*-settings.ts",
  "**/worker/launch/{launchers,kabaret-settings}.ts",
];
const FOREIGN_NAMES = [
  ...["AnsweredContext", "CallContext", "CopyEffect", "NOTHING", "Named", "NamedRow", "ROLES", "SAMPLE_PEOPLE"],
  ...["STATUSES", "TASK_TYPES", "TRUSTS", "TextListMember", "TextMember", "ToText", "WithTexts"],
];

/** Writes the reference to this folder. Throws if it can't be made. */
async function writeReference(out: string): Promise<void> {
  const app = await Application.bootstrapWithPlugins({
    // Options of plugins are not in TypeDoc's types.
    ...{ outputFileStrategy: "modules", placeInternalsInOwningModule: true },
    ...{ hideBreadcrumbs: true, hidePageHeader: true, hideGroupHeadings: true },
    ...{ propertiesFormat: "table", interfacePropertiesFormat: "table", typeDeclarationFormat: "table" },
    // Titles as a studio imports them.
    ...{ pageTitleTemplates: { module: ({ name }: { name: string }) => toSpecifier(name) } },
    plugin: ["typedoc-plugin-markdown", "typedoc-plugin-missing-exports"],
    entryPoints: Object.values(ENTRIES).map(({ file }) => join(root, file)),
    tsconfig: join(import.meta.dirname, "tsconfig.json"),
    out,
    exclude: FOREIGN_FILES,
    excludeExternals: true,
    excludeInternal: true,
    excludePrivate: true,
    excludeProtected: true,
    disableSources: true,
    // npm run types does that, with the compiler that we use.
    skipErrorChecking: true,
    readme: "none",
    logLevel: "Error",
  });
  // Before the plugin looks for what is referred to.
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => hideObjects(project), 1_000);
  // After it has added that.
  app.converter.on(
    Converter.EVENT_RESOLVE_BEGIN,
    ({ project }) => {
      joinSchemas(project);
      hideForeign(project);
    },
    -1_000,
  );
  const project = await app.convert();
  if (project === undefined) throw new Error("TypeDoc could not read the entries");
  for (const { name, module } of listModules(project)) module.name = name;
  await app.generateOutputs(project);
  if (app.logger.hasErrors()) throw new Error("TypeDoc could not write the reference");
}

const toSpecifier = (name: string) => (name === "kitsu-actions" ? name : `kitsu-actions/${name}`);

/** A studio exports the Durable Objects again, and never calls them. */
function hideObjects(project: ProjectReflection): void {
  for (const reflection of project.getReflectionsByKind(ReflectionKind.Class)) {
    if (!("extendedTypes" in reflection) || !/DurableObject/.test(String(reflection.extendedTypes))) continue;
    if (reflection.isDeclaration())
      for (const child of [...(reflection.children ?? [])]) project.removeReflection(child);
  }
}

function hideForeign(project: ProjectReflection): void {
  for (const reflection of project.getReflectionsByKind(ReflectionKind.TypeAlias | ReflectionKind.Variable))
    if (FOREIGN_NAMES.includes(reflection.name)) project.removeReflection(reflection);
}

/** A schema has the name of its type, which is easier to read, and often the comment for both. */
function joinSchemas(project: ProjectReflection): void {
  for (const schema of project.getReflectionsByKind(ReflectionKind.Variable)) {
    const { parent, name } = schema;
    const siblings = parent?.isContainer() ? (parent.children ?? []) : [];
    const type = siblings.find((sibling) => sibling.name === name && sibling !== schema);
    if (type === undefined) continue;
    if (!type.comment?.hasVisibleComponent() && schema.comment !== undefined) type.comment = schema.comment;
    project.removeReflection(schema);
  }
}

const listModules = (project: ProjectReflection) =>
  (project.children ?? []).flatMap((module) => {
    const name = ENTRIES[module.name]?.name;
    return name === undefined ? [] : [{ name, module }];
  });

async function readFolder(folder: string): Promise<Map<string, string>> {
  const names = (await readdir(folder)).toSorted();
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), "utf8")] as const)),
  );
}

if (process.argv.includes("--check")) {
  const made = createTempDirectory("api");
  await writeReference(made);
  const [expected, found] = [await readFolder(made), await readFolder(API)];
  const outdated = [...expected].filter(([name, text]) => found.get(name) !== text).map(([name]) => name);
  if (outdated.length > 0) {
    console.error(`docs/api is not current (${outdated.join(", ")}). Run: npm run api`);
    process.exitCode = 1;
  }
} else await writeReference(API);
