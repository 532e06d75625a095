// kitsu-actions dev: the playground with a studio's actions, here on a machine with an old Node.
import { once } from "node:events";
import { expect, it } from "vitest";
import { findFreePort } from "../../../scripts/listen.ts";
import { waitUntil } from "../../../scripts/wait-until.ts";
import { asNode, LAUNCHER, start } from "./support/run.ts";
import { actionSource, createStudio } from "./support/studio.ts";

const LIMIT = { limitMs: 60_000, everyMs: 200 };
const TIMEOUT_MS = 300_000;

it("shows the studio's actions as they are now, and says what is wrong with one without ending", {
  timeout: TIMEOUT_MS,
}, async () => {
  const studio = await createStudio();
  await studio.write("actions/other.ts", actionSource("wrong"));
  await studio.replace("wrangler.toml", "[vars]", '[vars]\nMOVIE_FOLDER = "/mnt/movies"\nTRUST = "access"\n');
  await studio.write(".dev.vars", 'MOVIE_TOKEN="not for git"\nLOG_TOKEN="of the deployment"\n');
  const [worker, playground] = [await findFreePort(), await findFreePort()];
  const child = start(studio.folder, [...asNode("20.18.0"), LAUNCHER, "dev"], {
    WORKER_PORT: String(worker),
    PLAYGROUND_PORT: String(playground),
    STATE_DIR: "state",
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (part: Buffer) => (output += part.toString()));
  const exited = once(child, "exit");
  try {
    const prints = (text: string) => () => output.includes(text);
    const offers = (title: string) => async () => {
      const headers = { accept: "application/json" };
      const answer = await fetch(`http://127.0.0.1:${worker}/actions`, { headers }).catch(() => undefined);
      return answer !== undefined && (await answer.text()).includes(`"title":"${title}"`);
    };
    expect(await waitUntil(prints("Kitsu Actions is running."), LIMIT), output).toBe(true);
    expect(output).toContain('actions/other.ts: its id is "wrong".');
    expect(await waitUntil(offers("Hello"), LIMIT), output).toBe(true);
    const { vars } = JSON.parse(await studio.read("state/wrangler.json"));
    expect(vars).toMatchObject({ MOVIE_FOLDER: "/mnt/movies", MOVIE_TOKEN: "not for git" });
    expect(vars).toMatchObject({ KITSU_URL: `http://localhost:${playground}` });
    expect(Object.keys(vars).filter((name) => ["TRUST", "LOG_TOKEN"].includes(name))).toEqual([]);

    await studio.write("actions/other.ts", actionSource("other"));
    expect(await waitUntil(offers("An action"), LIMIT), output).toBe(true);
    await studio.replace("actions/hello.ts", 'title: "Hello"', 'title: "Good morning"');
    expect(await waitUntil(offers("Good morning"), LIMIT), output).toBe(true);
    await studio.write("actions/other.ts", "let x = ;");
    expect(await waitUntil(prints('actions/other.ts does not compile: Unexpected ";"'), LIMIT), output).toBe(true);
    // The worker may be reloading.
    expect(await waitUntil(offers("Good morning"), LIMIT), output).toBe(true);
  } finally {
    child.kill("SIGINT");
  }
  expect(await exited).toEqual([0, null]);
});
