// Which tasks an action is at work on, so that two persons do not render the same shot: one Durable Object per action, for there everything
// happens one after the other. A lock ends with its run, and by itself should the run be lost.
import { DurableObject } from "cloudflare:workers";
import type { Reply } from "../../contract.ts";
import type { TaskConflict } from "../action/action.ts";
import { noBinding } from "../failure.ts";
import type { Env } from "../settings/settings.ts";

/** Whose locks these are, and until when at the latest, in epoch milliseconds. */
export type LockHolder = { run: string; person: string; until: number };

type Row = { task: string; run: string; person: string; since: number };

/** SQLite takes 100 bound parameters a statement. */
const TASKS_AT_ONCE = 90;

export class Locks extends DurableObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec(
      "CREATE TABLE IF NOT EXISTS holds (task TEXT, run TEXT, person TEXT, since INTEGER, until INTEGER, PRIMARY KEY (task, run))",
    );
  }

  /** What others have of these tasks: of each the one who has it longest. */
  find(run: string, tasks: readonly string[]): TaskConflict[] {
    const busy: TaskConflict[] = [];
    for (let at = 0; at < tasks.length; at += TASKS_AT_ONCE) {
      const some = tasks.slice(at, at + TASKS_AT_ONCE);
      // Beside a MIN, SQLite takes the other columns from the row that has it.
      const rows = this.ctx.storage.sql.exec<Row>(
        `SELECT task, run, person, MIN(since) AS since FROM holds WHERE run != ? AND until > ? AND task IN (${some.map(() => "?").join()}) GROUP BY task`,
        run,
        Date.now(),
        ...some,
      );
      busy.push(...rows);
    }
    return busy;
  }

  /** Takes those nobody has, or all of them; what others have is returned. */
  take({ run, person, until }: LockHolder, tasks: readonly string[], isShared = false): TaskConflict[] {
    const busy = this.find(run, tasks);
    const taken = new Set(isShared ? [] : busy.map(({ task }) => task));
    for (const task of tasks) {
      if (taken.has(task)) continue;
      this.ctx.storage.sql.exec(
        "INSERT INTO holds VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET until = MAX(until, excluded.until)",
        ...[task, run, person, Date.now(), until],
      );
    }
    return busy;
  }

  /** What a run has is its own for longer: it goes on. */
  keep(run: string, until: number): void {
    this.ctx.storage.sql.exec("UPDATE holds SET until = ? WHERE run = ?", until, run);
  }

  /** All that the run has, or these tasks of it. */
  release(run: string, tasks?: readonly string[]): void {
    const { sql } = this.ctx.storage;
    sql.exec("DELETE FROM holds WHERE until <= ?", Date.now());
    if (tasks === undefined) sql.exec("DELETE FROM holds WHERE run = ?", run);
    else for (const task of tasks) sql.exec("DELETE FROM holds WHERE run = ? AND task = ?", run, task);
  }
}

/** The locks of an action. */
export function getLocks(env: Env, action: string): DurableObjectStub<Locks> {
  if (env.LOCKS === undefined) throw noBinding("LOCKS", "Locks");
  return env.LOCKS.getByName(action);
}

const OVER: readonly string[] = ["done", "failed", "skipped"];

/**
 * What is over of a run is nobody's any more, while the rest of it goes on.
 * @param freed how many were over before
 * @returns how many are now
 */
export async function releaseOver(
  env: Env,
  run: { id: string; action: string },
  reply: Reply,
  freed: number,
): Promise<number> {
  const outcomes = reply.kind === "started" ? (reply.outcomes ?? []) : [];
  const over = outcomes.flatMap(({ id, state }) => (OVER.includes(state) ? [id] : []));
  if (over.length > freed) await getLocks(env, run.action).release(run.id, over);
  return Math.max(freed, over.length);
}
