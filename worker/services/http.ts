// HTTP to the servers of a studio: Kitsu, the render farms, receivers of forwarded calls. Every
// client shares these limits. Redirects are never followed: a request carries credentials, so it
// goes only to the address in the settings.
import * as v from "valibot";
import { findPlatformLimit } from "../format/failure.ts";
import { findExcess } from "../format/json-shape.ts";
import { toEnglish } from "../format/localize.ts";
import { message, type Text } from "../format/message.ts";

export const MIB = 1_024 * 1_024;

/** The time that one answer, or several attempts together, may take. */
export type Deadline = { limitMs: number; signal: AbortSignal };

export const startDeadline = (limitMs: number): Deadline => ({ limitMs, signal: AbortSignal.timeout(limitMs) });

type HttpRequest = {
  /** the server's name in errors: "Kitsu" */
  server: Text;
  /** `server` is the title of the action that forwards its calls to this server of the studio's */
  isTarget?: boolean;
  url: string;
  method?: string;
  headers?: HeadersInit;
  body?: BodyInit | undefined;
  /** the caller's: when it aborts, its reason is thrown */
  signal: AbortSignal;
  deadline?: Deadline;
};

export type HttpAnswer = {
  status: number;
  isOk: boolean;
  headers: Headers;
  contentType: string;
  /** the absolute URL that a redirect points to */
  location: string | undefined;
  readText(maxBytes: number): Promise<string>;
  readBytes(maxBytes: number): Promise<Uint8Array<ArrayBuffer>>;
  /** the first bytes as text, however long the body is */
  readStart(maxBytes: number): Promise<string>;
  /** the body itself, without a limit, for streaming */
  stream: ReadableStream<Uint8Array> | null;
  discard(): Promise<void>;
};

type Kind = "timeout" | "unreachable" | "incomplete" | "too-large";

/** No answer, or only part of one. The text is a sentence for the person that names the server. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly kind: Kind;
  readonly text: Text;

  constructor(kind: Kind, text: Text, cause?: unknown) {
    super(toEnglish(text), { cause });
    this.kind = kind;
    this.text = text;
  }
}

/**
 * Sends one request. Throws an HttpError, the reason of `signal`, or the Failure "platform-limit".
 */
export async function sendRequest({
  server,
  isTarget = false,
  url,
  signal,
  deadline,
  body: content,
  ...init
}: HttpRequest): Promise<HttpAnswer> {
  const combined = deadline === undefined ? signal : AbortSignal.any([signal, deadline.signal]);
  const area = isTarget ? "target" : "http";
  const toError = (cause: unknown, kind: Kind, text: Text): unknown => {
    if (cause instanceof HttpError) return cause;
    if (signal.aborted) return signal.reason;
    if (deadline?.signal.aborted) {
      const seconds = deadline.limitMs / 1_000;
      return new HttpError("timeout", message(`${area}.timeout`, { server, seconds }), cause);
    }
    return findPlatformLimit(cause) ?? new HttpError(kind, text, cause);
  };

  let response: Response;
  try {
    response = await fetch(url, { ...init, body: content ?? null, redirect: "manual", signal: combined });
  } catch (cause) {
    throw toError(cause, "unreachable", message(`${area}.unreachable`, { server }));
  }

  const { status, headers, body } = response;
  const target = status >= 300 && status < 400 ? headers.get("location") : null;
  const readBytes = async (maxBytes: number) => {
    const tooLarge = () =>
      new HttpError("too-large", message(`${area}.tooLarge`, { server, mebibytes: maxBytes / MIB }));
    // The length of a compressed body is its compressed length, so the bytes are counted as well.
    if (Number(headers.get("content-length") ?? 0) > maxBytes) {
      await body?.cancel();
      throw tooLarge();
    }
    const read = await readUpTo(maxBytes);
    if (!read.isWhole) throw tooLarge();
    return read.bytes;
  };
  const readUpTo = async (maxBytes: number) => {
    const read: ReadBody = { chunks: [], size: 0 };
    try {
      return await readBody(body, maxBytes, read);
    } catch (cause) {
      throw toError(cause, "incomplete", message(`${area}.incomplete`, { server, bytes: read.size }));
    }
  };
  return {
    status,
    isOk: response.ok,
    headers,
    contentType: headers.get("content-type") ?? "",
    location: target !== null && URL.canParse(target, url) ? new URL(target, url).href : undefined,
    readBytes,
    readText: async (maxBytes) => new TextDecoder().decode(await readBytes(maxBytes)),
    readStart: async (maxBytes) => new TextDecoder().decode((await readUpTo(maxBytes)).bytes),
    stream: body,
    discard: async () => body?.cancel(),
  };
}

type ReadBody = { chunks: Uint8Array[]; size: number };

/**
 * Stops at the limit: memory is scarce in a Worker, and a compressed body can expand to any size.
 */
async function readBody(body: ReadableStream<Uint8Array> | null, maxBytes: number, read: ReadBody) {
  for (const reader = body && openReader(body); reader !== null; ) {
    const chunk = await reader.read();
    if (chunk === undefined) break;
    read.chunks.push(chunk.subarray(0, maxBytes - read.size));
    read.size += chunk.byteLength;
    if (read.size > maxBytes) {
      await reader.cancel();
      break;
    }
  }
  return { bytes: join(read.chunks, Math.min(read.size, maxBytes)), isWhole: read.size <= maxBytes };
}

/** Far more than the 4 kB of the runtime's own chunks: each read takes time. */
const READ_BYTES = 64 * 1_024;

/** Reads as much at a time as has arrived. Undefined at the end. */
function openReader(body: ReadableStream<Uint8Array>) {
  const reader = openByteReader(body);
  if (reader === undefined) {
    const anyReader = body.getReader();
    return { read: async () => (await anyReader.read()).value, cancel: () => anyReader.cancel() };
  }
  let buffer = new Uint8Array(READ_BYTES);
  const read = async () => {
    const { done, value } = await reader.read(buffer);
    if (done) return undefined;
    buffer = new Uint8Array(value.buffer);
    return value.slice();
  };
  return { read, cancel: () => reader.cancel() };
}

/** Undefined for a stream made in JavaScript, which has chunks of its own. */
function openByteReader(body: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | undefined {
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    return undefined;
  }
}

function join(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

/** The service token of Cloudflare Access. */
export type AccessToken = { id: string; secret: string };

export const accessHeaders = (token: AccessToken | undefined): Record<string, string> =>
  token === undefined ? {} : { "cf-access-client-id": token.id, "cf-access-client-secret": token.secret };

/**
 * The most values in an answer, and the deepest nesting. A task of Zou's counts 64, so 16 MiB of
 * tasks are within the limit. As many empty objects need 84 MB of an isolate's 128 MB once they are
 * parsed, and deep nesting needs far more.
 */
const ANSWER_VALUES_MAX = 1_500_000;
const ANSWER_DEPTH_MAX = 64;

/** Would this text, if it is JSON, take too much memory once it is parsed? */
export const exceedsJsonLimits = (text: string): boolean =>
  findExcess(text, ANSWER_VALUES_MAX, ANSWER_DEPTH_MAX) !== undefined;

/** Undefined if the text is not JSON, or would take too much memory. */
export function parseJson(text: string): unknown {
  if (exceedsJsonLimits(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** For the log: which part of an answer does not match its schema. */
export const describeMismatch = (path: string, issue: v.BaseIssue<unknown>): Error =>
  new Error(`${path}: ${v.getDotPath(issue) ?? "the answer"}: ${issue.message}`);
