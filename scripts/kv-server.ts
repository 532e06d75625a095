// A KV namespace in memory, for the binding of bare workerd, which reaches it over HTTP. It
// outlives the worker, and refuses what Cloudflare's KV refuses.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { listen } from "./listen.ts";

/** @see https://developers.cloudflare.com/kv/platform/limits/ */
const VALUE_MAX_BYTES = 25 * 1_024 * 1_024;
const METADATA_MAX_BYTES = 1_024;
const KEY_MAX_BYTES = 512;
const LIST_MAX_KEYS = 1_000;
/** The shortest time between two writes of one key. */
export const WRITE_INTERVAL_MS = 1_000;

export type Operation = "put" | "get" | "list";
/** A status, or "drop" to close the connection. */
export type Refusal = number | "drop";

type Entry = { value: Buffer; metadata: string; writtenAt: number };

export class KvServer {
  /** Decides about each request: undefined lets it pass. */
  refuse: (operation: Operation) => Refusal | undefined = () => undefined;
  /** how often requests were refused, by operation and status */
  readonly refused = new Map<string, number>();
  readonly #entries = new Map<string, Entry>();
  readonly #writeIntervalMs: number;
  // No case takes as long: workerd must not reuse a connection at the moment it is closed.
  readonly #server = createServer({ keepAliveTimeout: 3_600_000 }, (request, response) => {
    this.#answer(request, response).catch(() => response.destroy());
  });

  constructor({ writeIntervalMs = WRITE_INTERVAL_MS } = {}) {
    this.#writeIntervalMs = writeIntervalMs;
  }

  open(): Promise<number> {
    return listen(this.#server);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** All values, by their keys. */
  read(): Map<string, string> {
    return new Map([...this.#entries].map(([key, { value }]) => [key, value.toString("utf8")]));
  }

  /** @param metadata as JSON */
  write(key: string, value: Buffer, metadata: string): void {
    this.#entries.set(key, { value, metadata, writtenAt: Date.now() });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://kv.invalid");
    const key = decodeURIComponent(pathname.slice(1));
    const body = await buffer(request);
    const operation: Operation = request.method === "PUT" ? "put" : key === "" ? "list" : "get";
    const metadata = recode(request.headers["cf-kv-metadata"], "latin1", "utf8");
    const refusal = this.refuse(operation) ?? (operation === "put" ? this.#findReason(key, body, metadata) : undefined);
    if (refusal !== undefined) return this.#refuse(operation, refusal, response);
    if (operation === "put") {
      this.write(key, body, metadata);
      response.writeHead(200).end();
    } else if (operation === "list") this.#list(searchParams, response);
    else this.#get(key, response);
  }

  #refuse(operation: Operation, refusal: Refusal, response: ServerResponse): void {
    const name = `${operation} ${refusal}`;
    this.refused.set(name, (this.refused.get(name) ?? 0) + 1);
    if (refusal === "drop") response.destroy();
    else response.writeHead(refusal).end();
  }

  #findReason(key: string, value: Buffer, metadata: string): number | undefined {
    if (value.length > VALUE_MAX_BYTES || Buffer.byteLength(metadata) > METADATA_MAX_BYTES) return 413;
    if (Buffer.byteLength(key) > KEY_MAX_BYTES) return 414;
    return Date.now() - (this.#entries.get(key)?.writtenAt ?? 0) < this.#writeIntervalMs ? 429 : undefined;
  }

  #get(key: string, response: ServerResponse): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) response.writeHead(404).end();
    else response.writeHead(200, { "cf-kv-metadata": recode(entry.metadata, "utf8", "latin1") }).end(entry.value);
  }

  #list(query: URLSearchParams, response: ServerResponse): void {
    const limit = Math.min(Number(query.get("key_count_limit") ?? LIST_MAX_KEYS), LIST_MAX_KEYS);
    const after = readCursor(query.get("cursor"));
    if (after === undefined || limit < 1) return void response.writeHead(400).end();
    const prefix = query.get("prefix") ?? "";
    const names = [...this.#entries.keys()].filter((name) => name.startsWith(prefix) && name > after);
    const found = names.sort().slice(0, limit);
    const isComplete = found.length === names.length;
    const keys = found.map((name) => ({ name, metadata: this.#entries.get(name)?.metadata }));
    const cursor = Buffer.from(`after:${found.at(-1)}`).toString("base64url");
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ keys, list_complete: isComplete, ...(!isComplete && { cursor }) }));
  }
}

/** A header is bytes, which Node reads and writes as Latin-1. */
const recode = (text: string | string[] = "", from: BufferEncoding, to: BufferEncoding) =>
  Buffer.from(String(text), from).toString(to);

/** The key that a page of the list starts after; undefined if the cursor is invalid. */
function readCursor(cursor: string | null): string | undefined {
  if (cursor === null) return "";
  const text = Buffer.from(cursor, "base64url").toString("utf8");
  return text.startsWith("after:") ? text.slice("after:".length) : undefined;
}
