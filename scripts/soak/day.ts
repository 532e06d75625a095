// npm run soak -- --serve --day 15: what a day, or many, does to the service, in so many minutes.
// Nothing is killed, but everything that can fail does. Then nobody does anything, and what the
// service uses has to go back to where it was, but for the log.
import { setTimeout as sleep } from "node:timers/promises";
import { injectFaults } from "./faults.ts";
import type { History } from "./history.ts";
import type { Random } from "./random.ts";
import { type Resources, readResources, tabulateResources } from "./resources.ts";
import type { ServiceProcess, StoredLog } from "./service-process.ts";
import type { Studio } from "./studio.ts";
import type { WorkerClient } from "./worker-client.ts";

const SAMPLE_EVERY_MS = 30_000;
/** Enough for workerd to close what nobody uses, and for the next sweep of empty databases. */
const IDLE_MS = 330_000;
const VISITORS = 2;

type Day = {
  minutes: number;
  directory: string;
  service: ServiceProcess;
  client: WorkerClient;
  history: History;
  studio: Studio;
  log: StoredLog;
  random: Random;
};

export class DayInFastMotion {
  readonly #day: Day;
  readonly #samples: Resources[] = [];
  readonly #startedAt = Date.now();
  #visits = 0;

  constructor(day: Day) {
    this.#day = day;
    this.sample();
  }

  /** Users act meanwhile. */
  async pass(): Promise<void> {
    const { minutes, random, log, studio } = this.#day;
    const end = this.#startedAt + minutes * 60_000;
    const visitors = Array.from({ length: VISITORS }, () => this.#visit(end));
    const sampling = setInterval(() => this.sample(), SAMPLE_EVERY_MS);
    while (Date.now() < end) {
      await injectFaults(random, log, studio);
      await sleep(random.integer(2_000, 8_000));
      await studio.recordJobs();
    }
    clearInterval(sampling);
    await Promise.all(visitors);
    this.sample();
  }

  /** Waits while nobody does anything. Returns the table of all samples. */
  async rest(): Promise<string> {
    this.sample();
    await sleep(IDLE_MS);
    this.sample();
    return tabulateResources(this.#samples);
  }

  sample(): void {
    const { service, directory, history } = this.#day;
    const attempts = [...history.runs.values()].reduce((total, run) => total + run.attempts.length, 0);
    this.#samples.push({
      afterS: (Date.now() - this.#startedAt) / 1_000,
      requests: attempts + this.#visits,
      ...readResources(service.pid, directory),
    });
  }

  /** Opens pages, the script, runs, and addresses of runs that don't exist. */
  async #visit(end: number): Promise<void> {
    const { client, history, random } = this.#day;
    while (Date.now() < end) {
      const known = random.pick([...history.runs.values()]);
      const paths = ["/", "/runs", "/kitsu-actions.js", "/actions", "/healthz", `/runs/${random.hex(32)}`];
      const url = random.chance(0.5) ? known?.links?.url : undefined;
      await client.get(url ?? client.worker + random.pick(paths), random.pick(["text/html", "application/json"]));
      this.#visits += 1;
      await sleep(random.integer(0, 50));
    }
  }
}
