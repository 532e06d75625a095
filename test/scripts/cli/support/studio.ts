// A studio's repository, as npm create kitsu-actions writes it.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { PACKAGE_FOLDER } from "../../../../scripts/package-folder.ts";
import { createFolder } from "./folder.ts";
import { create } from "./run.ts";

export type Studio = {
  folder: string;
  read(path: string): Promise<string>;
  /** undefined if there is no such file */
  find(path: string): Promise<string | undefined>;
  write(path: string, text: string): Promise<void>;
  remove(path: string): Promise<void>;
  replace(path: string, from: string | RegExp, to: string): Promise<void>;
};

/** @param folder empty; without it, the studio exists for the rest of the test */
export async function createStudio(folder: string = createFolder()): Promise<Studio> {
  const read = (path: string) => readFile(join(folder, path), "utf8");
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  const { code, stderr } = await create(folder);
  if (code !== 0) throw new Error(stderr);
  // In place of npm install.
  const manifest = { name: "kitsu-actions", type: "module", exports: "./index.ts" };
  await write("node_modules/kitsu-actions/package.json", JSON.stringify(manifest));
  const worker = JSON.stringify(join(PACKAGE_FOLDER, "worker/index.ts"));
  await write("node_modules/kitsu-actions/index.ts", `export * from ${worker};`);
  return {
    folder,
    read,
    write,
    find: (path) => read(path).catch(() => undefined),
    remove: (path) => rm(join(folder, path), { recursive: true }),
    replace: async (path, from, to) => write(path, (await read(path)).replace(from, to)),
  };
}

/** The source of an action with this id. */
export const actionSource = (id: string, members = "") => `import { defineAction } from "kitsu-actions";

export default defineAction({
  id: "${id}",
  title: "An action",
  about: "It does nothing.",
  modes: ["ajax"],
  ${members}
  run: async () => ({ kind: "done", severity: "success", title: "Done" }),
});
`;
