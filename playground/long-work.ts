/**
 * Work on the studio's server that goes on after its answer: it reports its progress to the worker,
 * and can be paused, resumed, canceled and undone.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Webhook } from "standardwebhooks";

/** A label for each task that is worked on. */
type Job = { id: string; url: string; labels: Map<string, string>; done: number; isPaused: boolean; isOver: boolean };

export type LongWork = {
  start(run: { id: string; progress: string }, labels: Map<string, string>): object;
  /** What it answers to somebody who clicked; undefined if there is no such work. */
  control(run: string, type: string): object | undefined;
};

/** @param stepMs how long a task takes */
export function openLongWork(webhook: Webhook, stepMs = 1_500): LongWork {
  const jobs = new Map<string, Job>();
  return { start, control };

  function start(run: { id: string; progress: string }, labels: Map<string, string>): object {
    const job = { id: run.id, url: run.progress, labels, done: 0, isPaused: false, isOver: false };
    jobs.set(run.id, job);
    void work(job);
    return { ...describe(job), controls: ["cancel", "pause"] };
  }

  function control(run: string, type: string): object | undefined {
    const job = jobs.get(run);
    if (job === undefined || job.isOver) return undefined;
    if (type === "cancel") return end(job);
    job.isPaused = type === "pause";
    return describe(job);
  }

  async function work(job: Job): Promise<void> {
    for (let number = 1; !job.isOver; number += 1) {
      await sleep(stepMs, undefined, { ref: false });
      if (job.isPaused || job.isOver) continue;
      job.done += 1;
      const reply = job.done < job.labels.size ? describe(job) : end(job);
      if (!(await report(job, number, reply))) job.isOver = true;
    }
    jobs.delete(job.id);
  }

  /** Returns false if the worker wants no more reports. */
  async function report({ id, url }: Job, number: number, reply: object): Promise<boolean> {
    const body = JSON.stringify(reply);
    const webhookId = `${id}-${number}`;
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const now = new Date();
      const headers = {
        "content-type": "application/json",
        "webhook-id": webhookId,
        "webhook-timestamp": String(Math.floor(now.getTime() / 1_000)),
        "webhook-signature": webhook.sign(webhookId, now, body),
      };
      const response = await fetch(url, { method: "POST", headers, body }).catch(() => undefined);
      if (response?.ok) return true;
      if (response?.status === 409) return false;
      await sleep(stepMs, undefined, { ref: false });
    }
    return false;
  }
}

function describe({ labels, done, isPaused }: Job): object {
  return {
    kind: "started",
    title: "Caching the geometry",
    text: isPaused ? "Paused. Nothing is lost." : undefined,
    progress: { done, total: labels.size },
    paused: isPaused,
    outcomes: [...labels].map(([id, label], index) => ({
      ...{ id, label },
      state: index < done ? "done" : index === done && !isPaused ? "running" : "waiting",
    })),
  };
}

function end(job: Job): object {
  job.isOver = true;
  const { labels, done } = job;
  return {
    kind: "done",
    severity: done === labels.size ? "success" : "warning",
    title: `${done} of ${labels.size} cached`,
    outcomes: [...labels].map(([id, label], index) =>
      index < done ? { id, label, state: "done" } : { id, label, state: "skipped", reason: "Canceled.", retry: true },
    ),
    ...(done > 0 && { undo: { seconds: 600, label: "Delete the caches", data: { count: done } } }),
  };
}
