// Task locks, so that two people don't render the same shot. One Durable Object per action, which
// handles one request at a time. A lock ends with its run, or by itself if the run is lost.
import { DurableObject } from "cloudflare:workers";
import type { TaskConflict } from "../action/action.ts";
import { missingBinding } from "../format/failure.ts";
import type { Env } from "../settings/settings.ts";
import { upgradeLocks } from "./earlier-state.ts";

/** Who holds the locks, and when they expire, in epoch milliseconds. */
export type LockHolder = { run: string; person: string; until: number };

type Row = { task: string; run: string; person: string; since: number };

/** SQLite takes 100 bound parameters per statement. */
const TASKS_AT_ONCE = 90;

export class Locks extends DurableObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec(
      "CREATE TABLE IF NOT EXISTS holds (task TEXT, run TEXT, person TEXT, since INTEGER, until INTEGER, PRIMARY KEY (task, run))",
    );
    upgradeLocks(ctx.storage);
  }

  /** Which of these tasks other runs have locked. If several share a task, the first one counts. */
  find(run: string, tasks: readonly string[]): TaskConflict[] {
    const conflicts: TaskConflict[] = [];
    for (let at = 0; at < tasks.length; at += TASKS_AT_ONCE) {
      const batch = tasks.slice(at, at + TASKS_AT_ONCE);
      // With MIN, SQLite takes the other columns from the row that has the minimum.
      const rows = this.ctx.storage.sql.exec<Row>(
        `SELECT task, run, person, MIN(since) AS since FROM holds WHERE run != ? AND until > ? AND task IN (${batch.map(() => "?").join()}) GROUP BY task`,
        run,
        Date.now(),
        ...batch,
      );
      conflicts.push(...rows);
    }
    return conflicts;
  }

  /** Locks the tasks that are free, or all tasks if shared. Returns conflicts with other runs. */
  take({ run, person, until }: LockHolder, tasks: readonly string[], isShared = false): TaskConflict[] {
    const conflicts = this.find(run, tasks);
    const taken = new Set(isShared ? [] : conflicts.map(({ task }) => task));
    for (const task of tasks) {
      if (taken.has(task)) continue;
      this.ctx.storage.sql.exec(
        "INSERT INTO holds (task, run, person, since, until) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET until = MAX(until, excluded.until)",
        ...[task, run, person, Date.now(), until],
      );
    }
    return conflicts;
  }

  /** Extends the locks of a run that continues as a long run. */
  keep(run: string, until: number): void {
    this.ctx.storage.sql.exec("UPDATE holds SET until = ? WHERE run = ?", until, run);
  }

  /** Releases all locks of the run, or those of these tasks. */
  release(run: string, tasks?: readonly string[]): void {
    const { sql } = this.ctx.storage;
    sql.exec("DELETE FROM holds WHERE until <= ?", Date.now());
    if (tasks === undefined) sql.exec("DELETE FROM holds WHERE run = ?", run);
    else for (const task of tasks) sql.exec("DELETE FROM holds WHERE run = ? AND task = ?", run, task);
  }
}

export function getLocks(env: Env, action: string): DurableObjectStub<Locks> {
  if (env.LOCKS === undefined) throw missingBinding("LOCKS", "Locks");
  return env.LOCKS.getByName(action);
}
