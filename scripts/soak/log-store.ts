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
});
export type LogRecord = v.InferOutput<typeof LogRecord>;

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

  /** All records, by the ID of their run. */
  read(): Map<string, LogRecord[]> {
    const records = [...this.#kv.read().values()].map((value) =>
      v.parse(v.pipe(v.string(), v.parseJson(), LogRecord), value),
    );
    return Map.groupBy(records, ({ id }) => id);
  }
}
