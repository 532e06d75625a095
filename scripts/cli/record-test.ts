// kitsu-actions record-test: makes a test of a recorded call.
import { access, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Fixture } from "../../contract.ts";
import { CliError } from "../cli-error.ts";
import { PACKAGE_FOLDER } from "../package-folder.ts";
import { readArguments } from "../read-arguments.ts";
import { COULD_NOT } from "./calls/options.ts";
import { readFixture } from "./calls/read-fixture.ts";
import { runTests, test } from "./test.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const USAGE = `npx kitsu-actions record-test <run or file> [--name publish-two-shots]

Writes test/fixtures/<name>.json and test/<name>.test.ts, which sends the call to your worker and expects a reply
of the same shape, and runs it. <run or file> is as for replay. Read the fixture before you commit it: the names
of people are masked, but whatever else they typed is in it.`;

const OPTIONS = { name: { type: "string" }, help: { type: "boolean", short: "h" } } as const;
const COMMAND = { options: OPTIONS, allowPositionals: true, usage: USAGE, wrongUsage: COULD_NOT };

type Written = { files: string[]; run(): Promise<number> };

/** @returns the exit code of the new test */
export async function recordTest(folder: string, args: readonly string[], env = process.env): Promise<number> {
  const { values } = readArguments(args, COMMAND);
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const { files, run } = await writeTest(folder, args, env);
  console.log(`Created ${files.join(" and ")}. Read the fixture before you commit it.\n`);
  const code = await run();
  if (code !== 0) console.log(ADVICE);
  return code;
}

/** @param folder the repository: a studio's, or ours */
export async function writeTest(folder: string, args: readonly string[], env: Environment): Promise<Written> {
  const { values, positionals } = readArguments(args, COMMAND);
  const [source, another] = positionals;
  if (source === undefined || another !== undefined)
    throw new CliError(`record-test takes one run or file.\n\n${USAGE}`);
  const fixture = await readFixture(source, env);
  if (fixture.reply === undefined)
    throw new CliError(`${source} has no reply to expect. Record a run of it first, with call.`);
  const name = values.name ?? nameOf(fixture);
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))
    throw new CliError(
      `A name is made of lower-case letters, digits and hyphens, such as publish-two-shots, not "${name}".`,
    );
  const place = folder === PACKAGE_FOLDER ? OURS : STUDIOS;
  const test = `test/${place.folder}${name}.test.ts`;
  const sources = {
    [`test/${place.folder}fixtures/${name}.json`]: `${JSON.stringify(fixture, null, 2)}\n`,
    [test]: testSource(fixture, name, place),
  };
  const files = Object.keys(sources);
  for (const path of files)
    if (await exists(join(folder, path))) throw new CliError(`${path} already exists: choose another --name.`);
  for (const [path, source] of Object.entries(sources)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), source);
  }
  return { files, run: () => place.run(folder, test) };
}

const ADVICE = `The sample Kitsu of a test is not the one where the call was recorded. Set up in the test what matters for the
reply, such as a task's status, the person, or the worker's settings: docs/replay.md.`;

/** Where tests are, what they import, and how they are run. Ours mirror the tree. */
type Place = { folder: string; testing: string; worker: string; run(folder: string, test: string): Promise<number> };
const STUDIOS: Place = {
  folder: "",
  testing: "kitsu-actions/testing",
  worker: "../worker.ts",
  run: (folder, path) => test(folder, [path]),
};
const OURS: Place = {
  folder: "worker/recorded/",
  testing: "../../../testing/index.ts",
  worker: "../../../worker/main.ts",
  run: (folder, path) => runTests(folder, ["--project", "worker", path]),
};

const nameOf = ({ action, recorded }: Fixture) =>
  [action.toLowerCase().replace(/[^a-z0-9]+/g, "-"), recorded?.run.slice(0, 8)].filter(Boolean).join("-");

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const testSource = ({ action, tasks }: Fixture, name: string, { testing, worker }: Place) => {
  const imports = [
    `import { openKitsu, sendFixture, shapeOf } from "${testing}";`,
    ...(testing.startsWith(".") ? [] : ['import { expect, it } from "vitest";']),
    `import worker from "${worker}";`,
  ];
  const vitest = testing.startsWith(".") ? ['import { expect, it } from "vitest";'] : [];
  return `${[...vitest, ...imports, `import fixture from "./fixtures/${name}.json" with { type: "json" };`].join("\n")}

it("answers ${JSON.stringify(action).slice(1, -1)} on ${tasks.length === 1 ? "1 task" : `${tasks.length} tasks`} as it did when it was recorded", async () => {
  openKitsu();
  const { reply } = await sendFixture(worker, fixture);
  expect(shapeOf(reply)).toEqual(shapeOf(fixture.reply));
});
`;
};
