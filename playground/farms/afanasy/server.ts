/**
 * A small afserver: two dialects on one port, and always status 200. A job that it can't read
 * crashes it. It restarts with its jobs after a few seconds, like a supervised service.
 */
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type Door, openDoor } from "../door.ts";
import { type Farm, type FarmOptions, FRAME_MS } from "../farm.ts";
import { Faults } from "../faults.ts";
import { answerMessage } from "./answers.ts";
import { AfanasyJobs } from "./jobs.ts";
import { readJson } from "./json.ts";
import { drawAfanasy } from "./page.ts";
import { type Head, readHead, writeAnswer } from "./wire.ts";

/** `deadMs` is how long it takes to restart; `machines` are the names of the machines. */
export type AfanasyOptions = FarmOptions & { deadMs?: number; machines?: readonly string[]; now?: () => number };

const MACHINES = ["node1", "node2", "node3", "node4"];

const DEAD_MS = 4_000;
/** It waits for the other side to close, so that it doesn't run out of ports. */
const CLOSE_MAX_MS = 10_000;

export async function openAfanasy(options: AfanasyOptions): Promise<Farm> {
  const { port, frameMs = FRAME_MS, deadMs = DEAD_MS, machines = MACHINES, now = Date.now } = options;
  const server = new Afserver(new AfanasyJobs(frameMs, now, machines), deadMs);
  const door = await openDoor(port, (socket) => {
    // Without an answer, the connection closes.
    void server.serve(socket).then(
      () => socket.destroy(),
      () => socket.destroy(),
    );
  });
  server.door = door;
  return {
    url: `http://127.0.0.1:${door.port}`,
    async control(changes) {
      server.faults.set(changes);
      const changed =
        changes.machines === undefined
          ? []
          : server.jobs.machines.filter(({ name }) => [name, "all"].includes(changes.machines?.name ?? ""));
      for (const { name } of changed) server.jobs.setMachine(name, changes.machines?.state ?? "online");
      if (changes.deleteJob !== undefined) server.jobs.delete(Number(changes.deleteJob));
      if (changes.die) await server.die();
      if (changes.down !== undefined) await server.setDown(changes.down);
      if (!server.isDead) server.jobs.advance();
      const jobs = server.jobs
        .list()
        .map(({ id, serial, name, sent: { custom_data } }) => ({ id, serial, name, custom_data }));
      const states = Object.fromEntries(server.jobs.machines.map(({ name, state }) => [name, state]));
      return { down: !door.isOpen, deaths: server.deaths, ...server.faults.describe(), machines: states, jobs };
    },
    close: () => server.setDown(true),
  };
}

class Afserver {
  readonly jobs: AfanasyJobs;
  readonly faults = new Faults();
  readonly #deadMs: number;
  door: Door | undefined;
  deaths = 0;
  isDead = false;
  #isDown = false;

  constructor(jobs: AfanasyJobs, deadMs: number) {
    this.jobs = jobs;
    this.#deadMs = deadMs;
  }

  async setDown(isDown: boolean): Promise<void> {
    this.#isDown = isDown;
    await (isDown ? this.door?.shut() : this.#revive());
  }

  /** Closes open connections and refuses new ones until it restarts. */
  async die(): Promise<void> {
    this.deaths += 1;
    this.isDead = true;
    await this.door?.shut();
    void sleep(this.#deadMs, undefined, { ref: false }).then(() => this.#revive());
  }

  async #revive(): Promise<void> {
    if (this.isDead) this.jobs.recover();
    this.isDead = false;
    if (!this.#isDown) await this.door?.open();
  }

  async serve(socket: Socket): Promise<void> {
    const chunks: Buffer[] = [];
    let head: Head | undefined;
    let received = 0;
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      let bytes = Buffer.from(chunk);
      if (!head) {
        head = readHead(bytes);
        if (!head) return;
        bytes = bytes.subarray(head.offset);
      }
      chunks.push(bytes);
      received += bytes.length;
      if (received >= head.length) break;
    }
    // The client closed before it had sent everything.
    if (!head || received < head.length) return;
    await this.#answer(socket, head, Buffer.concat(chunks).subarray(0, head.length));
  }

  async #answer(socket: Socket, { dialect }: Head, body: Buffer): Promise<void> {
    if (this.faults.slowMs > 0) await sleep(this.faults.slowMs, undefined, { ref: false });
    this.jobs.advance();
    if (dialect === "page") return finish(socket, writeAnswer(dialect, drawAfanasy(this.jobs)));
    const received = readJson(body.toString("utf8"));
    if (isJob(received) && this.faults.take("failNext")) return;
    const outcome = answerMessage(this.jobs, received);
    if (outcome === "dies") return this.die();
    const { json, isSubmission } = outcome;
    if (isSubmission && this.faults.take("acceptThenDrop")) return;
    const bytes = writeAnswer(dialect, json);
    const isCut = isSubmission && this.faults.take("answerCut");
    if (isCut)
      await new Promise((resolve) =>
        socket.write(bytes.subarray(0, bytes.length - Math.ceil(json.length / 2)), resolve),
      );
    else await finish(socket, bytes);
  }
}

const isJob = (received: unknown): boolean => typeof received === "object" && received !== null && "job" in received;

async function finish(socket: Socket, bytes: Buffer): Promise<void> {
  socket.write(bytes);
  const closed = new Promise((resolve) => socket.once("close", resolve));
  await Promise.race([closed, sleep(CLOSE_MAX_MS, undefined, { ref: false })]);
}
