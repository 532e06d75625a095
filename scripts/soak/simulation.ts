// A long run of the studio's server: it reports its progress, can be canceled, paused and resumed,
// and offers an undo if it succeeds.
import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "./random.ts";

/** Sends one report. Returns "accepted", or why it was refused for good. */
type Report = (number: number, reply: object) => Promise<string>;

const TOTAL = 4;
const STEP_MAX_MS = 1_200;
/** By then, it resumes by itself: its person may have left. */
const PAUSE_MAX_MS = 5_000;
const LAST_REPORT = 99;

export class Simulation {
  /** sent back with the undo */
  readonly undoData: { steps: number };
  readonly #random: Random;
  #isCanceled = false;
  #isPaused = false;

  constructor(random: Random) {
    this.#random = random;
    this.undoData = { steps: random.integer(1, 3) };
  }

  get started() {
    const controls = ["cancel", "pause"];
    return { kind: "started", title: "Simulating", controls, paused: this.#isPaused };
  }

  /** Returns what the server answers: a reply, or nothing. */
  control(control: "cancel" | "pause" | "resume"): object | undefined {
    if (control === "cancel") this.#isCanceled = true;
    else this.#isPaused = control === "pause";
    if (this.#random.chance(0.3)) return undefined;
    return control === "cancel" && this.#random.chance(0.3) ? this.#end() : this.started;
  }

  /** Reports each step, and the end. Returns what became of the last report. */
  async run(report: Report): Promise<string> {
    for (let done = 1; done <= this.undoData.steps && !this.#isCanceled; done += 1) {
      await sleep(this.#random.integer(0, STEP_MAX_MS));
      await this.#waitWhilePaused();
      await report(done, { ...this.started, progress: { done, total: TOTAL } });
    }
    await sleep(this.#random.integer(0, STEP_MAX_MS));
    return report(LAST_REPORT, this.#end());
  }

  async #waitWhilePaused(): Promise<void> {
    for (let ms = 0; this.#isPaused && !this.#isCanceled && ms < PAUSE_MAX_MS; ms += 100) await sleep(100);
    this.#isPaused = false;
  }

  #end(): object {
    if (this.#isCanceled) return { kind: "done", severity: "warning", title: "The simulation was stopped" };
    const undo = { seconds: 3_600, label: "Discard", data: this.undoData };
    return this.#random.chance(0.8)
      ? { kind: "done", severity: "success", title: "Simulated", undo }
      : { kind: "failed", code: "diverged", title: "The simulation diverged" };
  }
}
