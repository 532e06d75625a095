// What the studio's chat is still to be told: the summary of the week, and failures of the actions
// that the settings name. A message that the chat does not take is sent again, for a day at most.
import * as v from "valibot";
import { type ChatMessage, postToChat } from "../../services/chat-client.ts";
import type { ChatSettings } from "../../settings/chat-settings.ts";
import type { SettingsWithChat } from "../../settings/settings.ts";
import { writeFailures, writeWeek } from "./chat-texts.ts";
import { OTHER_CODE, type UseEvent } from "./use-event.ts";
import { firstDay, toDay, type UseTables } from "./use-tables.ts";
import { findNextWeekly } from "./weekly-time.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
/** Failures of the same moment are one message. */
const GATHER_MS = 5_000;
/** The shortest time between two messages about the same action. */
const PAUSE_MS = 15 * MINUTE_MS;
const RETRY_MAX_MS = 60 * MINUTE_MS;
/** When a deleted webhook is tried again, unless the settings change before. */
const RETRY_GONE_MS = 6 * RETRY_MAX_MS;
/** A server may send a new code with each failure. */
const CODES_MAX = 30;
/** What is older is no longer news. */
const NEWS_MAX_MS = DAY_MS;

/**
 * - `for`: the time of the week that it was computed for, as the settings change
 * - `told`: the last day of the previous summary
 */
const Week = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ for: v.string(), next: v.number(), told: v.optional(v.string()) }),
);
/** `deployed`: which deployment met it, because the next one may have another webhook. */
const Trouble = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ problem: v.string(), tries: v.number(), next: v.number(), deployed: v.optional(v.string()) }),
);

type Alert = { action: string; since: number; due: number };

export class ChatOutbox {
  readonly #sql: SqlStorage;
  readonly #tables: UseTables;

  constructor(sql: SqlStorage, tables: UseTables) {
    [this.#sql, this.#tables] = [sql, tables];
    sql.exec(
      "CREATE TABLE IF NOT EXISTS alerts (action TEXT, code TEXT, count INT, since INT, PRIMARY KEY (action, code)) WITHOUT ROWID",
    );
    sql.exec("CREATE TABLE IF NOT EXISTS told (action TEXT PRIMARY KEY, at INT) WITHOUT ROWID");
  }

  /** Takes a failure in, unless it is a refusal that says to the caller what to change. */
  note({ kind, action, code, blame }: UseEvent, { failures }: ChatSettings): void {
    if (kind !== "run" || code === null || blame === "caller" || !failures.includes(action)) return;
    const others = this.#sql.exec("SELECT code FROM alerts WHERE action = ? AND code != ?", action, code).toArray();
    this.#sql.exec(
      "INSERT INTO alerts (action, code, count, since) VALUES (?, ?, 1, ?) ON CONFLICT DO UPDATE SET count = count + 1",
      ...[action, others.length < CODES_MAX ? code : OTHER_CODE, Date.now()],
    );
  }

  /** When the next message is due. */
  findNext(settings: SettingsWithChat): number {
    const due = Math.min(this.#findWeek(settings), ...this.#listAlerts().map((alert) => alert.due));
    return Math.max(due, this.#readTrouble(settings)?.next ?? 0);
  }

  /** What went wrong with the last message, if something did. */
  findProblem(settings: SettingsWithChat): string | undefined {
    return this.#readTrouble(settings)?.problem;
  }

  /** Sends what is due. Never throws because of the chat. */
  async deliver(settings: SettingsWithChat, signal: AbortSignal): Promise<void> {
    this.#dropOld(settings);
    if (this.findNext(settings) > Date.now()) return;
    for (const { action, since, due } of this.#listAlerts()) {
      if (due > Date.now()) continue;
      const codes = this.#sql
        .exec<{ code: string; count: number }>("SELECT code, count FROM alerts WHERE action = ?", action)
        .toArray();
      if (!(await this.#post(settings, writeFailures(settings, action, since, codes), signal))) return;
      this.#sql.exec(
        "INSERT INTO told (action, at) VALUES (?, ?) ON CONFLICT DO UPDATE SET at = excluded.at",
        ...[action, Date.now()],
      );
      // Others may have come in meanwhile.
      for (const { code, count } of codes)
        this.#sql.exec(
          "UPDATE alerts SET count = count - ?, since = ? WHERE action = ? AND code = ?",
          ...[count, Date.now(), action, code],
        );
      this.#sql.exec("DELETE FROM alerts WHERE count <= 0");
    }
    const week = this.#findWeek(settings);
    if (week > Date.now()) return;
    if (Date.now() - week >= NEWS_MAX_MS) {
      this.#planWeek(settings);
      return;
    }
    const days = this.#findDays(week);
    const rows = this.#tables.read({ ...days, perDay: false });
    if (await this.#post(settings, writeWeek(settings, rows, days), signal)) this.#planWeek(settings, days.to);
  }

  async #post(settings: SettingsWithChat, content: ChatMessage, signal: AbortSignal): Promise<boolean> {
    const problem = await postToChat(settings.chat.webhook, content, signal);
    if (problem === undefined) {
      this.#tables.setFact("trouble", "");
      return true;
    }
    const { text, isGone, waitMs } = problem;
    const tries = (this.#readTrouble(settings)?.tries ?? 0) + 1;
    const wait = isGone ? RETRY_GONE_MS : Math.max(Math.min(RETRY_MAX_MS, MINUTE_MS * 2 ** (tries - 1)), waitMs);
    const trouble = { problem: text, tries, next: Date.now() + wait, deployed: describeDeployment(settings) };
    this.#tables.setFact("trouble", JSON.stringify(trouble));
    console.error(JSON.stringify({ message: "The chat was not told yet", problem: text, tries }));
    return false;
  }

  #readTrouble(settings: SettingsWithChat) {
    const trouble = v.safeParse(Trouble, this.#tables.getFact("trouble"));
    return trouble.success && trouble.output.deployed === describeDeployment(settings) ? trouble.output : undefined;
  }

  #listAlerts(): Alert[] {
    return this.#sql
      .exec<Alert>(
        "SELECT action, MIN(since) AS since, MAX(MIN(since) + ?, IFNULL(at, 0) + ?) AS due FROM alerts LEFT JOIN told USING (action) GROUP BY action",
        ...[GATHER_MS, PAUSE_MS],
      )
      .toArray();
  }

  #dropOld({ chat }: SettingsWithChat): void {
    const before = Date.now() - NEWS_MAX_MS;
    this.#sql.exec(
      "DELETE FROM alerts WHERE action NOT IN (SELECT value FROM json_each(?))",
      JSON.stringify(chat.failures),
    );
    this.#sql.exec("DELETE FROM alerts WHERE since < ?", before);
    this.#sql.exec("DELETE FROM told WHERE at < ?", before);
  }

  /** When the next summary is due; never without one in the settings. */
  #findWeek(settings: SettingsWithChat): number {
    if (settings.chat.summary === undefined) return Infinity;
    const week = this.#readWeek();
    return week?.for === describeTime(settings) ? week.next : this.#planWeek(settings);
  }

  #readWeek() {
    const week = v.safeParse(Week, this.#tables.getFact("week"));
    return week.success ? week.output : undefined;
  }

  /** The seven days before, in UTC; one more or less if the clocks have changed meanwhile. */
  #findDays(week: number): { from: string; to: string } {
    const told = this.#readWeek()?.told;
    const next = told && toDay(Date.parse(told) + DAY_MS);
    const isNear = next && [7, 8, 9].some((days) => next === firstDay(days, week));
    return { from: isNear ? next : firstDay(8, week), to: toDay(week - DAY_MS) };
  }

  #planWeek(settings: SettingsWithChat, told?: string): number {
    const { chat, timeZone = "UTC" } = settings;
    if (chat.summary === undefined) return Infinity;
    const next = findNextWeekly(Date.now(), chat.summary, timeZone);
    this.#tables.setFact("week", JSON.stringify({ for: describeTime(settings), next, told }));
    return next;
  }
}

const describeTime = ({ chat, timeZone }: SettingsWithChat): string => JSON.stringify([chat.summary, timeZone]);
const describeDeployment = ({ deployedAtS }: SettingsWithChat): string => String(deployedAtS);
