// How the actions are used: counted as runs end, exactly once, without reading the log. One Durable
// Object for the whole deployment, which a run's answer never waits for.
import { DurableObject } from "cloudflare:workers";
import { listActions } from "../../actions/index.ts";
import { describeCause } from "../../format/failure.ts";
import { type Env, readSettings, type SettingsWithChat } from "../../settings/settings.ts";
import { ChatOutbox } from "./chat-outbox.ts";
import type { UseEvent } from "./use-event.ts";
import { type UseQuery, type UseRows, UseTables } from "./use-tables.ts";

const DAY_MS = 86_400_000;

/** `problem`: why the chat did not take the last message, if it is told anything. */
export type UseReport = UseRows & { problem: string | undefined };

export class ActionUse extends DurableObject<Env> {
  readonly #tables = new UseTables(this.ctx.storage.sql);
  readonly #outbox = new ChatOutbox(this.ctx.storage.sql, this.#tables);

  /** Counts what was not counted before. Returns the actions that are unstable now. */
  async count(events: readonly UseEvent[]): Promise<string[]> {
    const settings = this.#readChatSettings();
    this.ctx.storage.transactionSync(() => {
      for (const event of events)
        if (this.#tables.add(event) && settings !== undefined) this.#outbox.note(event, settings.chat);
    });
    await this.#wakeUp(settings);
    return this.#tables.listUnstable();
  }

  read(query: UseQuery): UseReport {
    this.#noteKnown();
    const settings = this.#readChatSettings();
    return { ...this.#tables.read(query), problem: settings && this.#outbox.findProblem(settings) };
  }

  listUnstable(): string[] {
    return this.#tables.listUnstable();
  }

  /** It no longer says that this person used an action last. */
  forgetPerson(person: string): void {
    this.#tables.forgetPerson(person);
  }

  override async alarm(): Promise<void> {
    try {
      this.#noteKnown();
      this.#tables.deleteOld(readSettings(this.env).logRetentionS * 1_000);
      const settings = this.#readChatSettings();
      if (settings !== undefined) await this.#outbox.deliver(settings, new AbortController().signal);
    } catch (thrown) {
      // The runtime gives up on an alarm that keeps throwing.
      console.error(JSON.stringify({ message: "The statistics could not be tidied", cause: describeCause(thrown) }));
    }
    await this.#wakeUp(this.#readChatSettings());
  }

  #noteKnown(): void {
    this.#tables.noteKnown(listActions(readSettings(this.env)).map(({ id }) => id));
  }

  /** Wakes up for what is due next, and at least once a day. */
  async #wakeUp(settings: SettingsWithChat | undefined): Promise<void> {
    const at = Math.min(Date.now() + DAY_MS, settings === undefined ? Infinity : this.#outbox.findNext(settings));
    const alarm = await this.ctx.storage.getAlarm();
    if (alarm === null || alarm > at) await this.ctx.storage.setAlarm(at);
  }

  /** Undefined if the chat is told nothing. Wrong settings must not stop the counting. */
  #readChatSettings(): SettingsWithChat | undefined {
    try {
      const settings = readSettings(this.env);
      return settings.chat && { ...settings, chat: settings.chat };
    } catch {
      return undefined;
    }
  }
}

/** Undefined in a deployment that does not count: it has no such binding. */
export const getActionUse = (env: Env): DurableObjectStub<ActionUse> | undefined =>
  env.ACTION_USE?.getByName("actions");

/** Erases the person from the statistics, which hold nobody but the last user of each action. */
export async function forgetPersonInUse(env: Env, person: string): Promise<void> {
  await getActionUse(env)?.forgetPerson(person);
}
