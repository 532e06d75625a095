// npm run new <id>: writes the file of a new action and its test, and adds it to the registry.
import { access, readFile, writeFile } from "node:fs/promises";
import { SLUG } from "../worker/format/slug.ts";
import { toVariable } from "./action-id.ts";
import { actionSource } from "./action-source.ts";

const root = new URL("../", import.meta.url);
const [id] = process.argv.slice(2);

if (id === undefined || !SLUG.test(id)) {
  console.error(
    "Usage: npm run new <id>\nThe ID consists of lowercase letters, digits and single hyphens, like make-playlist. The action's URL ends with it.",
  );
  process.exit(1);
}

const name = toVariable(id);
const action = actionSource(id, "../action/action.ts", `export const ${name} =`);

const test = `import { expect, it } from "vitest";
import { callAction, openKitsu } from "../../../testing/index.ts";
import { ${name} } from "../../../worker/actions/${id}.ts";
import worker from "../../../worker/main.ts";
import { describeAction } from "../../support/worker/describe-action.ts";

describeAction(${name});

it("counts the selected tasks", async () => {
  const kitsu = openKitsu();
  const call = { person: kitsu.people.artist, tasks: kitsu.tasks.slice(0, 2) };
  const { reply } = await callAction(worker, "${id}", call);
  expect(reply).toMatchObject({ kind: "done", title: "2 tasks" });
});
`;

const files = { [`worker/actions/${id}.ts`]: action, [`test/worker/actions/${id}.test.ts`]: test };
for (const path of Object.keys(files)) {
  const exists = await access(new URL(path, root)).then(
    () => true,
    () => false,
  );
  if (exists) {
    console.error(`${path} already exists.`);
    process.exit(1);
  }
}

const registryUrl = new URL("worker/actions/index.ts", root);
const registry = await readFile(registryUrl, "utf8");
const imports = [...registry.matchAll(/^import .* from "\.\/(.+)\.ts";\n/gm)];
const before = imports.findLast(([, file = ""]) => file < id)?.[0] ?? "";
const registered = registry
  .replace(before, `${before}import { ${name} } from "./${id}.ts";\n`)
  .replace("  debug, //\n", `  debug, //\n  ${name},\n`);
if (registered.split(name).length - registry.split(name).length !== 2)
  throw new Error("Can't add the action to worker/actions/index.ts: this script does not know its form.");

for (const [path, content] of Object.entries(files)) await writeFile(new URL(path, root), content);
await writeFile(registryUrl, registered);

console.log(`Created ${Object.keys(files).join(" and ")}, and added the action to worker/actions/index.ts.
While npm start runs, reload the playground to see the action in its menu, under "New".
Next: write the action, and add a row to the catalogue in README.md. Then run: npm run check`);
