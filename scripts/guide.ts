// Writes the files of docs/writing-actions.md to gen/guide/, as a studio's repository has them, so
// that they are checked and their tests run.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as v from "valibot";
import { localConfigPath } from "./local-config.ts";

const root = join(import.meta.dirname, "..");
const GUIDE = join(root, "gen/guide");

/** Each snippet by the name of its file. Throws if one has no name: nobody would test it. */
export function readSnippets(markdown: string): Map<string, string> {
  const snippets = new Map<string, string>();
  for (const [, title, code = ""] of markdown.matchAll(/^```ts(?: title="([^"]+)")?\n(.*?)^```$/gms)) {
    if (title === undefined) throw new Error(`This snippet of the guide has no title:\n${code}`);
    if (snippets.has(title)) throw new Error(`The guide has two snippets of ${title}`);
    snippets.set(title, code);
  }
  return snippets;
}

/** A studio's worker, with the list of its actions, which `kitsu-actions build` writes there. */
function writeWorker(paths: readonly string[]): string {
  const actions = paths.flatMap((path) => /^actions\/(.*)\.ts$/.exec(path)?.[1] ?? []).toSorted();
  const toName = (id: string) => id.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  return [
    'import { createWorker } from "kitsu-actions";',
    ...actions.map((id) => `import ${toName(id)} from "./actions/${id}.ts";`),
    "",
    'export { ActionUse, Locks, LongRun, RunCoordinator, TemporaryLink } from "kitsu-actions";',
    `export default createWorker({ actions: [${actions.map(toName).join(", ")}] });`,
    "",
  ].join("\n");
}

export async function writeGuide(): Promise<void> {
  const snippets = readSnippets(await readFile(join(root, "docs/writing-actions.md"), "utf8"));
  const config = v.parse(v.looseObject({}), JSON.parse(await readFile(localConfigPath(root), "utf8")));
  const files = new Map([
    ...snippets,
    ["worker.ts", writeWorker([...snippets.keys()])],
    ["wrangler.json", JSON.stringify({ ...config, main: join(GUIDE, "worker.ts") })],
  ]);
  await rm(GUIDE, { recursive: true, force: true });
  for (const [path, content] of files) {
    await mkdir(dirname(join(GUIDE, path)), { recursive: true });
    await writeFile(join(GUIDE, path), content);
  }
}
