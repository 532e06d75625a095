// The KV namespace of the log, which workerd's binding asks by HTTP: it outlives the worker, as KV does, takes one write of a key a second, and refuses
// what it is told to refuse.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import * as v from "valibot";
import { readBody } from "../../playground/request-body.ts";
import { listen } from "./listen.ts";

/** By operation: the status it is refused with, if it is; "drop" closes the connection. */
export type Refusals = { put?: number | "drop"; get?: number | "drop"; list?: number | "drop" };
type Operation = keyof Refusals;

const WRITE_EVERY_MS = 1_000;

/** As much of a record as says what became of the run. */
const Record = v.object({
  id: v.string(),
  at: v.number(),
  action: v.string(),
  reply: v.object({ kind: v.string(), title: v.string(), code: v.optional(v.string()) }),
  undone: v.optional(v.object({ at: v.number() })),
});
export type Logged = v.InferOutput<typeof Record>;

type Entry = { value: string; metadata: string; writtenAt: number };

export class LogStore {
  refusals: Refusals = {};
  /** how often what was refused, for the report */
  readonly refused = new Map<string, number>();
  readonly #entries = new Map<string, Entry>();
  readonly #server = createServer((request, response) => {
    this.#answer(request, response).catch(() => response.destroy());
  });

  open(): Promise<number> {
    return listen(this.#server);
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** All lines of the log, by the id of their run. */
  read(): Map<string, Logged[]> {
    const records = [...this.#entries.values()].map(({ value }) =>
      v.parse(v.pipe(v.string(), v.parseJson(), Record), value),
    );
    return Map.groupBy(records, ({ id }) => id);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://kv.invalid");
    const key = decodeURIComponent(pathname.slice(1));
    const body = await readBody(request);
    const operation: Operation = request.method === "PUT" ? "put" : key === "" ? "list" : "get";
    const refusal = this.refusals[operation] ?? (operation === "put" && this.#isTooSoon(key) ? 429 : undefined);
    if (refusal !== undefined) return this.#refuse(operation, refusal, response);
    if (operation === "put") {
      const metadata = String(request.headers["cf-kv-metadata"] ?? "null");
      this.#entries.set(key, { value: body, metadata, writtenAt: Date.now() });
      response.writeHead(200).end();
    } else if (operation === "get") this.#get(key, response);
    else this.#list(searchParams.get("prefix") ?? "", Number(searchParams.get("key_count_limit") ?? 1_000), response);
  }

  #isTooSoon(key: string): boolean {
    return Date.now() - (this.#entries.get(key)?.writtenAt ?? 0) < WRITE_EVERY_MS;
  }

  #refuse(operation: Operation, refusal: number | "drop", response: ServerResponse): void {
    const name = `${operation} ${refusal}`;
    this.refused.set(name, (this.refused.get(name) ?? 0) + 1);
    if (refusal === "drop") response.destroy();
    else response.writeHead(refusal).end();
  }

  #get(key: string, response: ServerResponse): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) response.writeHead(404).end();
    else response.writeHead(200, { "cf-kv-metadata": entry.metadata }).end(entry.value);
  }

  #list(prefix: string, limit: number, response: ServerResponse): void {
    const names = [...this.#entries.keys()].filter((name) => name.startsWith(prefix)).sort();
    const keys = names
      .slice(0, limit)
      .map((name) => ({ name, metadata: JSON.parse(this.#entries.get(name)?.metadata ?? "null") }));
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ keys, list_complete: names.length <= limit, cursor: "" }));
  }
}
