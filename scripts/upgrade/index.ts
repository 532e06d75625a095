// npm run upgrade -- <folder> [--record <name>]: starts the build in that folder, an older version
// with `npm run build` done, has people run actions, stops it in the middle of long runs, upgrades
// to this version, goes back, and upgrades again. Says what became of each run. With --record, it
// writes what the older version had stored to test/fixtures/state, where a test reads it.
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { exitOnSignals } from "../exit-on-signals.ts";
import { PACKAGE_FOLDER } from "../package-folder.ts";
import { createTempDirectory } from "../temp-directory.ts";
import { dumpState } from "./dump-state.ts";
import { type Answer, Caller } from "./runs.ts";
import { Service } from "./service.ts";
import { openStudio, type Studio } from "./studio.ts";
import { listWayBack } from "./way-back.ts";

const { values, positionals } = parseArgs({ options: { record: { type: "string" } }, allowPositionals: true });
const [older] = positionals;
if (older === undefined)
  throw new Error("Name the folder of an older version: npm run upgrade -- ../kitsu-actions-0.1");
exitOnSignals();

const END_MAX_MS = 240_000;
const POLL_MS = 1_000;

const state = createTempDirectory("upgrade");
const studio = await openStudio();
const service = await Service.create(state, studio.variables);
const caller = new Caller(service.url, studio);
try {
  await service.start({ folder: resolve(older) });
  const runs = await startRuns(caller, studio);
  for (const [name, { reply }] of Object.entries(runs)) say("before", name, describe(reply));
  await service.stop();
  if (values.record !== undefined) await record(values.record);

  await service.start({ folder: PACKAGE_FOLDER });
  await check("after", runs);
  await service.stop();

  const { back, again } = await listWayBack(older);
  if (back !== again) await expectRefusal(older);
  await service.start({ folder: resolve(older), migrations: back });
  await check("back", runs);
  await service.stop();

  await service.start({ folder: PACKAGE_FOLDER, migrations: again });
  await check("again", runs);
} finally {
  await service.stop();
  await studio.close();
}

/** The older version as it is, behind a migration that it doesn't know. */
async function expectRefusal(folder: string): Promise<void> {
  const started = await service.start({ folder: resolve(folder) }).then(
    () => true,
    () => false,
  );
  await service.stop();
  if (started) throw new Error("The older version starts without the migration that takes it back.");
  say("back", "without a migration", "refused to start");
}

type Runs = Record<string, Answer>;

async function startRuns(caller: Caller, { tasks, renderTasks }: Studio): Promise<Runs> {
  const runs: Runs = {
    debug: await caller.run("debug", tasks.slice(0, 2)),
    playlist: await caller.run("playlist", tasks.slice(0, 3)),
    question: await caller.ask("comment", tasks.slice(0, 2)),
    comment: await caller.run("comment", tasks.slice(3, 5), { text: "Checked" }),
    refused: await caller.run("comment", ["00000000-0000-4000-8000-000000000000"]),
    launch: await caller.run("launch", tasks.slice(0, 1)),
    simulate: await caller.run("simulate", tasks.slice(0, 2)),
    render: await caller.run("flamenco", renderTasks.slice(0, 1), { frames: "1-12", chunk_size: "1" }),
  };
  const { render } = runs;
  // The versions before 2026-11-24 have no long runs.
  if (render?.run?.follow === undefined) return runs;
  await until(async () => JSON.stringify((await follow(render)).reply).includes('"running"'));
  return runs;
}

/** What a run's page, its address and the log say. */
async function check(when: string, runs: Runs): Promise<void> {
  for (const [name, answer] of Object.entries(runs)) {
    const { run } = answer;
    if (run === undefined) continue;
    const logged = await caller.getLogged(run.url).then(describe, String);
    const page = await caller.getPage(run.url);
    say(when, name, `page ${page.status}: ${logged}`);
  }
  if (runs.render?.run?.follow === undefined) return;
  for (const name of ["simulate", "render"]) {
    const live = await follow(runs[name]).catch((thrown: unknown) => String(thrown));
    say(when, `${name}, followed`, typeof live === "string" ? live : describe(live.reply));
  }
  say(
    when,
    "report",
    String(await studio.report({ kind: "done", severity: "success", title: "Simulated" }, Date.now())),
  );
  await until(async () => (await follow(runs.render)).reply.kind !== "started").catch(String);
  say(when, "render, at its end", await follow(runs.render).then(({ reply }) => describe(reply), String));
  const undo = runs.playlist?.run?.undo?.url;
  if (undo !== undefined) say(when, "undo", await caller.click(undo).then(({ reply }) => describe(reply), String));
  say(when, "log", String((await caller.getPage(`${service.url}/runs`)).status));
  const { status, text } = await caller.getPage(`${service.url}/use.csv`);
  // Versions before 2026-11-29 answer with a failure.
  say(when, "use", status === 200 ? `${text.trimEnd().split("\n").length - 1} actions were counted` : String(status));
}

function follow(answer: Answer | undefined): Promise<Answer> {
  return caller.get(answer?.run?.follow?.url ?? "");
}

async function until(check: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + END_MAX_MS;
  while (!(await check())) {
    if (Date.now() > end) throw new Error("It took too long.");
    await sleep(POLL_MS);
  }
}

async function record(name: string): Promise<void> {
  const folder = join(PACKAGE_FOLDER, "test/fixtures/state");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(dumpState(state), null, 1)}\n`);
}

function describe({ kind, code, title, text }: Answer["reply"]): string {
  // The log has a text as a key and its values since 2026-11-29.
  const write = (words: unknown) => (typeof words === "string" ? `"${words}"` : JSON.stringify(words));
  return [kind, code, write(title), write(text)].filter(Boolean).join(" ");
}

function say(when: string, what: string, sentence: string): void {
  console.log(`${when.padEnd(7)} ${what.padEnd(20)} ${sentence.slice(0, 300)}`);
}
