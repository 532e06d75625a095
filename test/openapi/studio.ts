// The worker with the playground as its Kitsu, and a few runs that requests can be about.
import { randomBytes } from "node:crypto";
import * as v from "valibot";
import { TASKS } from "../../playground/data.ts";
import { ADA, BRUNO } from "../../playground/data-people.ts";
import { startPlayground } from "../../playground/serve.ts";
import { describeSettings } from "../../scripts/start/settings.ts";
import { findFreePort } from "../zou/program.ts";
import { startWorker } from "../zou/worker.ts";

export const LOG_TOKEN = "schemathesis-log-token-0123456789";

export type Studio = { worker: string; kitsu: string; known: Known; close(): Promise<void> };

/** Values of parameters and bodies that mean something to this worker. */
export type Known = {
  actions: string[];
  persons: string[];
  emails: string[];
  tasks: string[];
  runs: string[];
  tokens: string[];
};

export async function openStudio(): Promise<Studio> {
  const [botToken, forwardSecret] = [randomBytes(32).toString("hex"), `whsec_${randomBytes(32).toString("base64")}`];
  const [playgroundPort, workerPort] = [await findFreePort(), await findFreePort()];
  const kitsu = `http://localhost:${playgroundPort}`;
  const playground = await startPlayground({
    port: playgroundPort,
    worker: `http://127.0.0.1:${workerPort}`,
    botToken,
    forwardSecret,
  });
  const { both } = describeSettings({ playgroundPort, flamencoPort: 0, afanasyPort: 0, forwardSecret });
  const worker = await startWorker({ ...both, KITSU_TOKEN: botToken, LOG_TOKEN }, workerPort);
  const close = async () => {
    await worker.stop();
    await playground.close();
  };
  const actions = await listActions(worker.origin);
  const tasks = TASKS.slice(0, 3).map(({ id }) => id);
  const runs = await makeRuns(worker.origin, kitsu, tasks);
  const persons = [ADA.id];
  return {
    worker: worker.origin,
    kitsu,
    close,
    known: { actions, persons, emails: [ADA.email], tasks, runs, tokens: [LOG_TOKEN] },
  };
}

const Catalogue = v.object({ actions: v.array(v.object({ id: v.string() })) });

async function listActions(worker: string): Promise<string[]> {
  const { actions } = v.parse(Catalogue, await (await fetch(`${worker}/actions`)).json());
  return actions.map(({ id }) => id).filter((id) => !UNREACHABLE.includes(id));
}

/** The studio's server is down, or takes longer than it may: honest answers of 502 and 504. */
const UNREACHABLE = ["upload", "simulate"];

const Answer = v.object({ run: v.object({ id: v.string() }) });

/** One run that succeeds, one that asks, and one that fails. */
async function makeRuns(worker: string, kitsu: string, tasks: string[]): Promise<string[]> {
  const calls = [
    ["debug", ADA.id],
    ["comment", ADA.id],
    ["playlist", BRUNO.id],
  ].map(async ([action, userid]) => {
    const response = await fetch(`${worker}/actions/${action}`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: kitsu },
      body: JSON.stringify({ selection: tasks, userid }),
    });
    return v.parse(Answer, await response.json()).run.id;
  });
  return Promise.all(calls);
}
