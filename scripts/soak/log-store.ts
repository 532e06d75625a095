// The run log of a soak: a KV namespace whose records are read and parsed.
import * as v from "valibot";
import { KvServer, type Operation, type Refusal } from "../kv-server.ts";

/** The log has a text as its key and values, or as a plain string. */
const Title = v.pipe(
  v.unknown(),
  v.transform((title) => (typeof title === "string" ? title : JSON.stringify(title))),
);

/** The members of a record that say how the run ended. */
const LogRecord = v.object({
  id: v.string(),
  at: v.number(),
  action: v.string(),
  reply: v.object({ kind: v.string(), title: Title, code: v.optional(v.string()) }),
  undone: v.optional(v.object({ at: v.number() })),
  call: v.optional(v.object({ changeOf: v.optional(v.unknown()), isDry: v.optional(v.boolean()) })),
});
export type LogRecord = v.InferOutput<typeof LogRecord>;

/** All records of a log, by the ID of their run. */
export const parseRecords = (values: readonly string[]): Map<string, LogRecord[]> =>
  Map.groupBy(
    values.map((value) => v.parse(v.pipe(v.string(), v.parseJson(), LogRecord), value)),
    ({ id }) => id,
  );

/** What the soak needs of a log, wherever it is. */
export type Log = Pick<LogStore, "refusals" | "refused" | "read">;

export class LogStore {
  /** how requests are refused now, by operation */
  refusals: Partial<Record<Operation, Refusal>> = {};
  readonly #kv = new KvServer();

  constructor() {
    this.#kv.refuse = (operation) => this.refusals[operation];
  }

  open(): Promise<number> {
    return this.#kv.open();
  }

  close(): void {
    this.#kv.close();
  }

  get refused(): ReadonlyMap<string, number> {
    return this.#kv.refused;
  }

  read(): Map<string, LogRecord[]> {
    return parseRecords([...this.#kv.read().values()]);
  }
}
