// npm run new <id>: writes the file of a new action, its line in the registry and its test. What is left to do is said.
import { access, readFile, writeFile } from "node:fs/promises";

const root = new URL("../", import.meta.url);
const [id] = process.argv.slice(2);

if (id === undefined || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id)) {
  console.error(
    "npm run new <id>: the id has small letters, digits and single hyphens, as in make-playlist. It is the end of the action's URL.",
  );
  process.exit(1);
}

const name = id.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
const title = id.charAt(0).toUpperCase() + id.slice(1).replaceAll("-", " ");

const action = `// What it is for, and what is odd about the system it talks to.
import { defineAction } from "../action.ts";

export const ${name} = defineAction({
  id: "${id}",
  title: "${title}",
  about: "Says how many tasks were selected.",
  modes: ["form", "ajax"],
  async run({ call }) {
    return { kind: "done", severity: "success", title: \`\${call.selection.length} tasks\` };
  },
});
`;

const test = `import { describe, expect, it } from "vitest";
import { ${name} } from "../../../worker/actions/${id}.ts";
import { describeAction } from "../../support/worker/describe-action.ts";
import { ajax, ask, readAnswer } from "../../support/worker/worker.ts";

describeAction(${name});

describe("${id}", () => {
  it("says how many tasks were selected", async () => {
    const { reply } = await readAnswer(await ask("/actions/${id}", ajax()));
    expect(reply).toMatchObject({ kind: "done", title: "2 tasks" });
  });
});
`;

const files = { [`worker/actions/${id}.ts`]: action, [`test/worker/actions/${id}.test.ts`]: test };
for (const path of Object.keys(files)) {
  const isThere = await access(new URL(path, root)).then(
    () => true,
    () => false,
  );
  if (isThere) {
    console.error(`${path} is there already.`);
    process.exit(1);
  }
}

const registryUrl = new URL("worker/actions/index.ts", root);
const registry = await readFile(registryUrl, "utf8");
const registered = registry
  .replace(
    'import { forwardTo } from "./forward.ts";',
    `import { forwardTo } from "./forward.ts";\nimport { ${name} } from "./${id}.ts";`,
  )
  .replace("  debug, //\n", `  debug, //\n  ${name}, //\n`);
if (registered.split(name).length - registry.split(name).length !== 2)
  throw new Error("worker/actions/index.ts is not as this script knows it.");

for (const [path, content] of Object.entries(files)) await writeFile(new URL(path, root), content);
await writeFile(registryUrl, registered);

console.log(`Written: ${Object.keys(files).join(", ")}, and the line in worker/actions/index.ts.
While npm start runs, it is in the playground's menu after a reload, under "New".
Left to do: the action itself, and its row in the catalogue of README.md. Then: npm run check`);
