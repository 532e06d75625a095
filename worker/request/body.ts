// Takes a request and returns the fields of its body, whatever the content type. Reads up to a
// limit and decodes strictly.
import { TASKS_MAX } from "../../contract.ts";
import { Failure } from "../format/failure.ts";
import { message, type Text } from "../format/message.ts";
import { BODY_MAX_BYTES, checkFieldCount, checkJsonShape, checkPartCount } from "./size-limits.ts";

/** A field as it was sent, under the name it was sent with. A name may occur more than once. */
export type RawField = readonly [name: string, value: unknown];

const TYPES = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"];

/** Reads the fields of a JSON, urlencoded or multipart body in UTF-8. */
export async function readFields(request: Request): Promise<RawField[]> {
  const contentType = request.headers.get("content-type") ?? "";
  const type = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  checkCharset(contentType);
  switch (type) {
    case "application/json":
      return readJson(await readText(request));
    case "application/x-www-form-urlencoded":
      return readUrlencoded(await readText(request));
    case "multipart/form-data":
      return readMultipart(await readBytes(request), contentType);
    default:
      await request.body?.cancel();
      throw new Failure("unsupported-media-type", {
        text:
          type === "" ? message("request.noContentType") : message("request.contentType", { type: type.slice(0, 100) }),
        advice: message("request.sendKnownType", { types: TYPES }),
      });
  }
}

/** Reads a body as text, within the size limit. */
export const readText = async (request: Request): Promise<string> => decode(await readBytes(request));

function checkCharset(contentType: string): void {
  const charset = /;\s*charset="?([^";\s]+)/i.exec(contentType)?.[1];
  if (charset === undefined || /^utf-?8$/i.test(charset)) return;
  throw new Failure("unsupported-media-type", {
    text: message("request.charset", { charset: charset.slice(0, 40) }),
    advice: message("request.sendUtf8"),
  });
}

/**
 * Never holds more than the limit: cancels a body that announces more, or turns out to be larger.
 */
async function readBytes(request: Request): Promise<ArrayBuffer> {
  const announced = request.headers.get("content-length");
  if (announced !== null) {
    // The runtime delivers exactly as many bytes as Content-Length announces, or an error.
    if (Number(announced) <= BODY_MAX_BYTES) return failIfCut(request.arrayBuffer());
    await request.body?.cancel();
    throw bodyTooLarge();
  }
  return readUpToLimit(request.body);
}

async function readUpToLimit(body: ReadableStream<Uint8Array> | null): Promise<ArrayBuffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (const reader = body?.getReader(); reader !== undefined; ) {
    const { done, value } = await failIfCut(reader.read());
    if (done) break;
    size += value.byteLength;
    if (size > BODY_MAX_BYTES) {
      await reader.cancel();
      throw bodyTooLarge();
    }
    chunks.push(value);
  }
  return new Blob(chunks).arrayBuffer();
}

async function failIfCut<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    throw invalidBody(message("request.cutBody"), cause);
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

function decode(bytes: ArrayBuffer): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw invalidBody(message("request.notUtf8"), cause);
  }
}

function readUrlencoded(text: string): RawField[] {
  checkFieldCount(text);
  return [...new URLSearchParams(text)];
}

function readJson(text: string): RawField[] {
  checkJsonShape(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalidBody(message("request.notJson"), cause);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const kind = Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
    throw invalidBody(message("request.notObject", { kind }));
  }
  return Object.entries(value);
}

async function readMultipart(bytes: ArrayBuffer, contentType: string): Promise<RawField[]> {
  const boundary = /;\s*boundary="?([^";]+)/i.exec(contentType)?.[1];
  // The runtime parses the header, too. If it finds a different boundary, by an escape or inside
  // quotes, the body doesn't start with ours.
  if (boundary === undefined || !startsWith(bytes, `--${boundary}`)) throw invalidBody(message("request.badMultipart"));
  checkPartCount(bytes, boundary);
  try {
    const form = await new Response(bytes, { headers: { "content-type": contentType } }).formData();
    return [...form].map(([name, value]) => [name, typeof value === "string" ? value : `a file, ${value.size} bytes`]);
  } catch (cause) {
    throw invalidBody(message("request.badMultipart"), cause);
  }
}

const startsWith = (bytes: ArrayBuffer, text: string) =>
  new TextDecoder("latin1").decode(bytes.slice(0, text.length)) === text;

function bodyTooLarge(): Failure {
  return new Failure("body-too-large", {
    text: message("request.tooLarge", { limit: BODY_MAX_BYTES / 1_024 / 1_024 }),
    advice: message("request.selectFewer", { count: TASKS_MAX }),
  });
}

function invalidBody(text: Text, cause?: unknown): Failure {
  return new Failure("invalid-call", { text, advice: message("request.runAgain"), field: "body", cause });
}
