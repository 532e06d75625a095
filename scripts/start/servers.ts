// The servers of npm start: the worker with its log on disk, and the playground that imitates
// Kitsu, with the userscript. A second worker is served at a path of the playground's origin, like
// a route on Kitsu's host: browsers send it Kitsu's session cookie.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { openFarms } from "../../playground/farms/farms.ts";
import { startPlayground } from "../../playground/serve.ts";
import { CliError } from "../cli-error.ts";
import { pickFreePort, readPort } from "./port.ts";
import { describeSettings, readForwardSecret } from "./settings.ts";
import { closeOnStop, setRunning, stopSignal, supervise } from "./stop.ts";
import { startWorker, waitForWorker } from "./worker.ts";

export type ServerOptions = {
  /** the repository with the worker's code: ours, or a studio's */
  repository: string;
  /** further variables of the worker, such as the settings of a studio's own actions */
  variables?: Readonly<Record<string, unknown>>;
  /** rebuilds what the worker imports, from now on */
  rebuild(): Promise<void>;
};

export async function openServers({ repository, variables, rebuild }: ServerOptions): Promise<void> {
  const stateDir = process.env.STATE_DIR || ".state";
  const workerPort = await readPort("WORKER_PORT", 8787);
  const playgroundPort = await readPort("PLAYGROUND_PORT", 8788);
  if (workerPort === playgroundPort)
    throw new CliError("WORKER_PORT and PLAYGROUND_PORT are the same: the worker and the playground need one each.");
  const taken = [workerPort, playgroundPort];
  for (let count = 0; count < 4; count += 1) taken.push(await pickFreePort(taken));
  // The playground listens at the worker's address, as a proxy in front of it that can break
  // requests.
  const [, , innerPort = 0, edgePort = 0, flamencoPort = 0, afanasyPort = 0] = taken;
  const worker = `http://localhost:${workerPort}`;
  const behind = `http://127.0.0.1:${innerPort}`;
  const edge = `http://127.0.0.1:${edgePort}`;
  const forwardSecret = readForwardSecret();
  const botToken = randomBytes(32).toString("base64url");
  const settings = describeSettings({ playgroundPort, flamencoPort, afanasyPort, forwardSecret });

  const farms = await openFarms({ flamencoPort, afanasyPort });
  closeOnStop(() => farms.close());
  const playground = await startPlayground({
    port: playgroundPort,
    worker,
    behind,
    edge,
    farms,
    botToken,
    forwardSecret,
    watch: true,
    log: console.log,
  });
  closeOnStop(() => playground.close());
  await rebuild();
  const both = { ...variables, ...settings.both };
  const onOwnHost = { ...both, ...settings.farms(true), KITSU_TOKEN: botToken };
  supervise("The worker", await startWorker({ port: innerPort, repository, folder: stateDir, settings: onOwnHost }));
  const onKitsuHost = { ...both, ...settings.farms(false), BASE_PATH: "/edge" };
  supervise(
    "The worker at /edge",
    await startWorker({ port: edgePort, repository, folder: join(stateDir, "edge"), settings: onKitsuHost }),
  );
  await Promise.all([
    waitForWorker("The worker", `${behind}/ping`, stopSignal),
    waitForWorker("The worker at /edge", `${edge}/edge/ping`, stopSignal),
  ]);
  setRunning();
  console.log(`
  Kitsu Actions is running.

    ${playground.url}   the playground: select tasks, choose a custom action, run it
    ${worker}   the worker's home page: the userscript and the list of actions
    ${worker}/runs   the log of all runs
    ${farms.flamenco.url}   Flamenco, a render farm of the playground
    ${farms.afanasy.url}   Afanasy, the other one

  The log is stored in ${stateDir}/. Press Ctrl-C to stop everything.
`);
}
