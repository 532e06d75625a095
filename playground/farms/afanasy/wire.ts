/**
 * afserver's protocol, byte for byte. It looks for its header only in the first read of a
 * connection, and then counts bytes. If the count is wrong or the header comes late, it does not
 * answer at all.
 */

export type Head = {
  dialect: "http" | "raw" | "page";
  /** the number of bytes of JSON it waits for */
  length: number;
  /** where they start in the first read */
  offset: number;
};

/** The size of its buffer: it looks for headers only there. */
const FIRST_READ_MAX_BYTES = 16_384;
const BODY_MAX_BYTES = 67_000_000;

/** @param first the first read; the result is undefined if afserver closes without an answer */
export function readHead(first: Buffer): Head | undefined {
  const text = first.subarray(0, FIRST_READ_MAX_BYTES).toString("latin1");
  if (text.startsWith("POST")) return readPost(text);
  if (text.startsWith("GET")) return { dialect: "page", length: 0, offset: first.length };
  const raw = /^AFANASY\s*(-?\d+)\s*JSON/.exec(text);
  return raw ? withLength("raw", Number(raw[1]), raw[0].length) : undefined;
}

function readPost(text: string): Head | undefined {
  let length: number | undefined;
  // It skips the start of each line, so an empty line hides the next one.
  for (let at = text.indexOf("\n") + 1; at > 0 && at < text.length; at = text.indexOf("\n", at + 1) + 1) {
    // Only after the header may the body start in the first packet; otherwise it is the next one.
    if (length !== undefined && text[at] === "{") return withLength("http", length, at);
    // Exactly: capitals, a colon, one space, then the digits.
    if (!text.startsWith("AFANASY: ", at)) continue;
    const digits = /^\s*([+-]?\d+)/.exec(text.slice(at + 9));
    if (!digits) return undefined;
    length = Number(digits[1]);
  }
  return length === undefined ? undefined : withLength("http", length, text.length);
}

function withLength(dialect: Head["dialect"], length: number, offset: number): Head | undefined {
  return length > 0 && length <= BODY_MAX_BYTES ? { dialect, length, offset } : undefined;
}

/** Writes an answer. The status is always 200. */
export function writeAnswer(dialect: Head["dialect"], json: string): Buffer {
  const body = Buffer.from(json);
  if (dialect === "raw") return Buffer.concat([Buffer.from(`AFANASY ${body.length} JSON`), body]);
  const headers = [
    "HTTP/1.1 200 OK",
    "Connection: close",
    `Content-Length: ${body.length}`,
    `Content-Type: ${dialect === "page" ? "text/html; charset=utf-8" : "application/json"}`,
    "Cache-Control: max-age=0",
    "Server: afanasy/3.4.1",
  ];
  return Buffer.concat([Buffer.from(`${headers.join("\r\n")}\r\n\r\n`), body]);
}
