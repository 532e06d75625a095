// The log's KV namespace, asked by workerd's own binding over HTTP. It refuses what Cloudflare's refuses, and can be read from here.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

type Entry = { value: Buffer; metadata: string; at: number };

/** @see https://developers.cloudflare.com/kv/platform/limits/ */
const VALUE_MAX_BYTES = 25 * 1_024 * 1_024;
const METADATA_MAX_BYTES = 1_024;
const KEY_MAX_BYTES = 512;
const LIST_MAX_KEYS = 1_000;
/** One key takes one write in this time. */
export const WRITE_EVERY_MS = 1_000;

export class Namespace {
  readonly #entries = new Map<string, Entry>();
  readonly #server: Server = createServer(
    { keepAliveTimeout: 3_600_000 },
    (request, response) => void this.#answer(request, response),
  );
  readonly #writeEveryMs: number;
  #refusals = 0;

  constructor(writeEveryMs: number) {
    this.#writeEveryMs = writeEveryMs;
  }

  async open(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    return typeof address === "object" && address ? address.port : 0;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** So many of the next requests fail, as they do at Cloudflare on a bad day. */
  refuse(count: number): void {
    this.#refusals = count;
  }

  keys(): string[] {
    return [...this.#entries.keys()];
  }

  /** What was written down under a key, as text. */
  read(key: string): string {
    return this.#entries.get(key)?.value.toString("utf8") ?? "";
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://kv.invalid");
    const key = decodeURIComponent(pathname.slice(1));
    if (this.#refusals > 0) {
      this.#refusals -= 1;
      response.writeHead(503).end();
    } else if (request.method === "PUT") {
      response
        .writeHead(this.#put(key, Buffer.concat(chunks), recode(request.headers["cf-kv-metadata"], "latin1", "utf8")))
        .end();
    } else if (key === "") this.#list(searchParams, response);
    else this.#get(key, response);
  }

  #put(key: string, value: Buffer, metadata: string): number {
    if (value.length > VALUE_MAX_BYTES || Buffer.byteLength(metadata) > METADATA_MAX_BYTES) return 413;
    if (Buffer.byteLength(key) > KEY_MAX_BYTES) return 414;
    if (Date.now() - (this.#entries.get(key)?.at ?? 0) < this.#writeEveryMs) return 429;
    this.#entries.set(key, { value, metadata, at: Date.now() });
    return 200;
  }

  #get(key: string, response: ServerResponse): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return void response.writeHead(404).end();
    response.writeHead(200, { "cf-kv-metadata": recode(entry.metadata, "utf8", "latin1") }).end(entry.value);
  }

  #list(query: URLSearchParams, response: ServerResponse): void {
    const limit = Math.min(Number(query.get("key_count_limit") ?? LIST_MAX_KEYS), LIST_MAX_KEYS);
    const after = readCursor(query.get("cursor"));
    if (after === undefined || limit < 1) return void response.writeHead(400).end();
    const prefix = query.get("prefix") ?? "";
    const names = this.keys().filter((name) => name.startsWith(prefix) && name > after);
    const found = names.sort().slice(0, limit);
    const isComplete = found.length === names.length;
    const keys = found.map((name) => ({ name, metadata: this.#entries.get(name)?.metadata }));
    const cursor = Buffer.from(`after:${found.at(-1)}`).toString("base64url");
    response.end(JSON.stringify({ keys, list_complete: isComplete, ...(!isComplete && { cursor }) }));
  }
}

/** A header is bytes, which Node reads and writes as Latin-1. */
const recode = (text: string | string[] = "", from: BufferEncoding, to: BufferEncoding) =>
  Buffer.from(String(text), from).toString(to);

/** The key that a page of the list begins behind; undefined where it is no cursor of ours. */
function readCursor(cursor: string | null): string | undefined {
  if (cursor === null) return "";
  const text = Buffer.from(cursor, "base64url").toString("utf8");
  return text.startsWith("after:") ? text.slice("after:".length) : undefined;
}
