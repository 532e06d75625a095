/**
 * What afserver hears and says, byte for byte. It looks for its header in whatever its first read of a connection gives it, and then
 * counts bytes: a wrong count, or a header that comes late, is not an error but silence.
 */

export type Head = {
  dialect: "http" | "raw" | "page";
  /** how many bytes of JSON it waits for */
  length: number;
  /** where they begin in what was read */
  offset: number;
};

/** Its buffer: more is not looked at for headers. */
const FIRST_READ_MAX = 16_384;
const BODY_MAX = 67_000_000;

/** @param first the first that came; undefined as the answer means: closed without a word */
export function readHead(first: Buffer): Head | undefined {
  const text = first.subarray(0, FIRST_READ_MAX).toString("latin1");
  if (text.startsWith("POST")) return readPost(text);
  if (text.startsWith("GET")) return { dialect: "page", length: 0, offset: first.length };
  const raw = /^AFANASY\s*(-?\d+)\s*JSON/.exec(text);
  return raw ? withLength("raw", Number(raw[1]), raw[0].length) : undefined;
}

function readPost(text: string): Head | undefined {
  let length: number | undefined;
  // It looks at a line's beginning and then goes on behind that: a second line break in a row hides what follows it.
  for (let at = text.indexOf("\n") + 1; at > 0 && at < text.length; at = text.indexOf("\n", at + 1) + 1) {
    // Only here the body may begin in the first packet: otherwise it is what comes after it.
    if (length !== undefined && text[at] === "{") return withLength("http", length, at);
    // Capitals, a colon and one blank, exactly; of the digits after it as many as there are.
    if (!text.startsWith("AFANASY: ", at)) continue;
    const digits = /^\s*([+-]?\d+)/.exec(text.slice(at + 9));
    if (!digits) return undefined;
    length = Number(digits[1]);
  }
  return length === undefined ? undefined : withLength("http", length, text.length);
}

function withLength(dialect: Head["dialect"], length: number, offset: number): Head | undefined {
  return length > 0 && length <= BODY_MAX ? { dialect, length, offset } : undefined;
}

/** An answer as it goes out. There is one status. */
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
