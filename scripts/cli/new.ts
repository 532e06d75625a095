// kitsu-actions new <id>: writes an action of a studio, and its test.
import { access, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { defineAction } from "../../worker/action/action.ts";
import { findStudioProblems } from "../../worker/actions/index.ts";
import { actionSource } from "../action-source.ts";
import { CliError } from "../cli-error.ts";
import { readWranglerConfig } from "../wrangler-config.ts";
import { ACTIONS_FOLDER } from "./action-files.ts";
import { findTargetProblems } from "./check-actions.ts";

/** @param folder the studio's repository */
export async function createAction(folder: string, id: string): Promise<void> {
  const file = `${ACTIONS_FOLDER}/${id}.ts`;
  const problems = [
    ...findStudioProblems([{ file, action: actionNamed(id) }]),
    ...findTargetProblems({ file, id }, await readWranglerConfig(folder)),
  ];
  if (problems.length > 0) throw new CliError(problems.join("\n"));
  const files = {
    [file]: actionSource(id, "kitsu-actions", "export default"),
    [`test/${id}.test.ts`]: testSource(id),
  };
  for (const path of Object.keys(files))
    if (await exists(join(folder, path))) throw new CliError(`${path} already exists.`);
  for (const [path, source] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), source);
  }
  console.log(`Created ${Object.keys(files).join(" and ")}.
While npm start runs, reload the playground to see the action in its menu, under "New".
Next: write the action and its test. Then run: npm test`);
}

/** An action with nothing wrong but, perhaps, its name. */
const actionNamed = (id: string) =>
  defineAction({
    id,
    title: "New",
    about: "It is about to be written.",
    modes: ["ajax"],
    run: async () => ({ kind: "done", severity: "success", title: "Done" }),
  });

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const testSource = (id: string) => `import { callAction, openKitsu } from "kitsu-actions/testing";
import { expect, it } from "vitest";
import worker from "../worker.ts";

it("counts the selected tasks", async () => {
  const kitsu = openKitsu();
  const { reply } = await callAction(worker, "${id}", { person: kitsu.people.artist, tasks: kitsu.tasks.slice(0, 2) });
  expect(reply).toMatchObject({ kind: "done", title: "2 tasks" });
});
`;
