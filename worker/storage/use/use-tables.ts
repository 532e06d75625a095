// The tables that hold the use of all actions. Their size depends on the number of actions and
// days, not on the number of runs; only `seen` has a row for each run, for a month.
import { toStep } from "./durations.ts";
import { OTHER_CODE, SEEN_MS, type UseEvent } from "./use-event.ts";

const DAY_MS = 86_400_000;
/** How many days are kept, today included. */
export const USE_DAYS = 90;
/** How many codes an action has on one day: further ones count together. */
const CODES_MAX = 30;

/**
 * When an action is unstable: so many of its runs in so many days failed, none of them because of
 * its caller, and since then not as many runs in a row have worked.
 */
const UNSTABLE = { days: 7, runs: 5, faults: 3, percent: 30, well: 5 };

/** A newer version may add columns, so whoever writes names those that it knows. */
const TABLES = [
  "days (day TEXT, action TEXT, runs INT, failed INT, faults INT, tasks INT, retries INT, undos INT, PRIMARY KEY (day, action))",
  "failures (day TEXT, action TEXT, code TEXT, count INT, PRIMARY KEY (day, action, code))",
  "durations (day TEXT, action TEXT, step INT, count INT, PRIMARY KEY (day, action, step))",
  "last (action TEXT PRIMARY KEY, at INT, person TEXT, name TEXT, well INT)",
  "known (action TEXT PRIMARY KEY, since INT)",
  "seen (key TEXT PRIMARY KEY, until INT)",
  "facts (name TEXT PRIMARY KEY, value TEXT)",
];

/** In UTC: "2026-11-23" */
export const toDay = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** The first of so many days, of which today is the last. */
export const firstDay = (days: number, now = Date.now()): string => toDay(now - (days - 1) * DAY_MS);

/** `day` is "" in sums of several days. `faults`: failures of the action itself. */
export type UseCount = {
  day: string;
  action: string;
  runs: number;
  failed: number;
  faults: number;
  tasks: number;
  retries: number;
  undos: number;
};
export type CodeCount = { day: string; action: string; code: string; count: number };
export type StepCount = { day: string; action: string; step: number; count: number };
/** `name` is "" if the person is not known, or was erased. */
export type LastUse = { action: string; at: number; person: string; name: string };

export type UseQuery = {
  /** the first and the last day */
  from: string;
  to: string;
  action?: string | undefined;
  /** each day by itself, or the sum of all */
  perDay: boolean;
};

/**
 * - `since`: when counting began
 * - `unused`: actions that are as old as the oldest counts, and that nobody has used
 */
export type UseRows = {
  since: number;
  counts: UseCount[];
  codes: CodeCount[];
  steps: StepCount[];
  last: LastUse[];
  unstable: string[];
  unused: string[];
};

export class UseTables {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    for (const table of TABLES) sql.exec(`CREATE TABLE IF NOT EXISTS ${table} WITHOUT ROWID`);
    sql.exec("INSERT INTO facts (name, value) VALUES ('since', ?) ON CONFLICT DO NOTHING", String(Date.now()));
  }

  /** Counts an event. Returns false if it was counted before. */
  add(event: UseEvent): boolean {
    const { key, kind, action, code, blame, tookMs, tasks, isRetry } = event;
    const isNew = this.#sql.exec(
      "INSERT INTO seen (key, until) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING key",
      key,
      Date.now() + SEEN_MS,
    );
    if (isNew.toArray().length === 0) return false;
    const day = toDay(event.at);
    const isRun = kind === "run";
    const counts = isRun
      ? [1, Number(code !== null), Number(blame === "action"), tasks, Number(isRetry), 0]
      : [0, 0, 0, 0, 0, 1];
    this.#sql.exec(
      "INSERT INTO days (day, action, runs, failed, faults, tasks, retries, undos) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET runs = runs + excluded.runs, failed = failed + excluded.failed, faults = faults + excluded.faults, tasks = tasks + excluded.tasks, retries = retries + excluded.retries, undos = undos + excluded.undos",
      ...[day, action, ...counts],
    );
    if (!isRun) return true;
    if (code !== null) this.#increase("failures", "code", [day, action, this.#chooseCode(day, action, code)]);
    if (tookMs !== null) this.#increase("durations", "step", [day, action, toStep(tookMs)]);
    this.#noteLast(event);
    return true;
  }

  #increase(table: "failures" | "durations", column: "code" | "step", key: readonly (string | number)[]): void {
    this.#sql.exec(
      `INSERT INTO ${table} (day, action, ${column}, count) VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1`,
      ...key,
    );
  }

  #chooseCode(day: string, action: string, code: string): string {
    const codes = this.#sql
      .exec<{ code: string }>("SELECT code FROM failures WHERE day = ? AND action = ?", day, action)
      .toArray();
    return codes.length < CODES_MAX || codes.some((row) => row.code === code) ? code : OTHER_CODE;
  }

  /** Records may arrive in another order than their runs began. */
  #noteLast({ action, at, person, code, blame }: UseEvent): void {
    const well = code === null ? "well + 1" : blame === "action" ? "0" : "well";
    this.#sql.exec(
      `INSERT INTO last (action, at, person, name, well) VALUES (?, ?, ?, ?, 0) ON CONFLICT DO UPDATE SET at = MAX(at, excluded.at), person = IIF(excluded.at < at, person, excluded.person), name = IIF(excluded.at < at, name, excluded.name), well = ${well}`,
      ...[action, at, person?.id ?? "", person?.name ?? ""],
    );
  }

  read({ from, to, action = "", perDay }: UseQuery): UseRows {
    const day = perDay ? "day" : "'' AS day";
    const by = perDay ? "day, action" : "action";
    const select = <T extends Record<string, SqlStorageValue>>(what: string, table: string, more = ""): T[] =>
      this.#sql
        .exec<T>(
          `SELECT ${day}, action, ${what} FROM ${table} WHERE day BETWEEN ? AND ? AND (? = '' OR action = ?) GROUP BY ${by}${more} ORDER BY ${by}`,
          ...[from, to, action, action],
        )
        .toArray();
    const sums = ["runs", "failed", "faults", "tasks", "retries", "undos"].map((name) => `SUM(${name}) AS ${name}`);
    const since = this.getFact("since");
    return {
      since: Number(since),
      counts: select<UseCount>(sums.join(), "days"),
      codes: select<CodeCount>("code, SUM(count) AS count", "failures", ", code"),
      steps: select<StepCount>("step, SUM(count) AS count", "durations", ", step"),
      last: this.#sql.exec<LastUse>("SELECT action, at, person, name FROM last").toArray(),
      unstable: this.listUnstable(),
      unused: this.#listUnused(),
    };
  }

  /** Notes since when each action exists, because a new one does not count as unused. */
  noteKnown(actions: readonly string[]): void {
    const all = JSON.stringify(actions);
    // An earlier version counted runs without noting that.
    const first = this.#sql.exec("SELECT action FROM known LIMIT 1").toArray().length === 0;
    this.#sql.exec("DELETE FROM known WHERE action NOT IN (SELECT value FROM json_each(?))", all);
    this.#sql.exec(
      "INSERT INTO known (action, since) SELECT value, ? FROM json_each(?) WHERE true ON CONFLICT DO NOTHING",
      ...[first ? Number(this.getFact("since")) : Date.now(), all],
    );
  }

  #listUnused(): string[] {
    return this.#sql
      .exec<{ action: string }>(
        "SELECT action FROM known WHERE since < ? AND action NOT IN (SELECT action FROM last)",
        Date.parse(firstDay(USE_DAYS)),
      )
      .toArray()
      .map(({ action }) => action);
  }

  listUnstable(): string[] {
    const { days, runs, faults, percent, well } = UNSTABLE;
    return this.#sql
      .exec<{ action: string }>(
        "SELECT action FROM days JOIN last USING (action) WHERE day >= ? GROUP BY action HAVING SUM(runs) >= ? AND SUM(faults) >= ? AND SUM(faults) * 100 >= SUM(runs) * ? AND MAX(well) < ?",
        ...[firstDay(days), runs, faults, percent, well],
      )
      .toArray()
      .map(({ action }) => action);
  }

  /** @param personMs how long it stays known who used an action last */
  deleteOld(personMs: number): void {
    const now = Date.now();
    // What is in the future was counted with a wrong clock.
    const [first, tomorrow] = [firstDay(USE_DAYS, now), now + DAY_MS];
    for (const table of ["days", "failures", "durations"])
      this.#sql.exec(`DELETE FROM ${table} WHERE day NOT BETWEEN ? AND ?`, first, toDay(tomorrow));
    this.#sql.exec("DELETE FROM seen WHERE until NOT BETWEEN ? AND ?", now, tomorrow + SEEN_MS);
    this.#sql.exec("DELETE FROM last WHERE at NOT BETWEEN ? AND ?", Date.parse(first), tomorrow);
    this.#sql.exec("UPDATE last SET person = '', name = '' WHERE at < ? AND person != ''", now - personMs);
  }

  forgetPerson(person: string): void {
    this.#sql.exec("UPDATE last SET person = '', name = '' WHERE person = ?", person);
  }

  getFact(name: string): string | undefined {
    const [fact] = this.#sql.exec<{ value: string }>("SELECT value FROM facts WHERE name = ?", name).toArray();
    return fact?.value;
  }

  setFact(name: string, value: string): void {
    this.#sql.exec(
      "INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
      name,
      value,
    );
  }
}
