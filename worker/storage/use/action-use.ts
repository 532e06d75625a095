// How the actions are used: counted as runs end, exactly once, without reading the log. One Durable
// Object for the whole deployment, which a run's answer never waits for.
import { DurableObject } from "cloudflare:workers";
import { type Env, readSettings } from "../../settings/settings.ts";
import type { UseEvent } from "./use-event.ts";
import { type UseQuery, type UseRows, UseTables } from "./use-tables.ts";

const DAY_MS = 86_400_000;

export class ActionUse extends DurableObject<Env> {
  readonly #tables = new UseTables(this.ctx.storage.sql);

  /** Counts what was not counted before. Returns the actions that are unstable now. */
  async count(events: readonly UseEvent[]): Promise<string[]> {
    this.ctx.storage.transactionSync(() => {
      for (const event of events) this.#tables.add(event);
    });
    await this.#wakeAt(Date.now() + DAY_MS);
    return this.#tables.listUnstable();
  }

  read(query: UseQuery): UseRows {
    return this.#tables.read(query);
  }

  listUnstable(): string[] {
    return this.#tables.listUnstable();
  }

  /** It no longer says that this person used an action last. */
  forgetPerson(person: string): void {
    this.#tables.forgetPerson(person);
  }

  override async alarm(): Promise<void> {
    this.#tables.deleteOld(readSettings(this.env).logRetentionS * 1_000);
    await this.#wakeAt(Date.now() + DAY_MS);
  }

  /** Wakes up at this time, or earlier if it was to. */
  async #wakeAt(at: number): Promise<void> {
    const alarm = await this.ctx.storage.getAlarm();
    if (alarm === null || alarm > at) await this.ctx.storage.setAlarm(at);
  }
}

/** Undefined in a deployment that does not count: it has no such binding. */
export const getActionUse = (env: Env): DurableObjectStub<ActionUse> | undefined =>
  env.ACTION_USE?.getByName("actions");

/** Erases the person from the statistics, which hold nobody but the last user of each action. */
export async function forgetPersonInUse(env: Env, person: string): Promise<void> {
  await getActionUse(env)?.forgetPerson(person);
}
