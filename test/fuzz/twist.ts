// How an answer of one of the studio's servers differs from the one it would give.
import type { IncomingMessage, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { rarely } from "./rarely.ts";
import { oddName, oddText, oddValue } from "./texts.ts";

export type Server = "kitsu" | "studio" | "flamenco" | "afanasy";

/** `at` counts the case's requests to that server: this answer is another one, or each from there on. */
export type Twist = { of: Server; at: number; isLasting: boolean; how: How };

type How =
  /** somewhere in the JSON, another value or another member */
  | { kind: "edit"; path: number[]; name?: string | undefined; value: unknown }
  | { kind: "answer"; status: number; type: string; body: string; headers: Record<string, string> }
  /** ends in its middle */
  | { kind: "cut"; share: number }
  | { kind: "drop" }
  | { kind: "huge"; mebibytes: number; isZipped: boolean; of: string };

const STATUSES = [
  200, 200, 200, 201, 204, 206, 301, 302, 304, 307, 400, 401, 403, 404, 405, 409, 412, 413, 418, 422, 429, 451, 500,
  501, 511, 520, 526,
];
const TYPES = [
  "application/json",
  "text/html",
  "text/plain",
  "image/png",
  "application/problem+json",
  "",
  "application/json; charset=latin1",
];

const how = (): fc.Arbitrary<How> =>
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        kind: fc.constant("edit" as const),
        path: fc.array(fc.nat(50), { maxLength: 6 }),
        name: rarely(oddName(), 3),
        value: oddValue(),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant("answer" as const),
        status: fc.constantFrom(...STATUSES),
        type: fc.constantFrom(...TYPES),
        body: fc.oneof(
          oddText(),
          oddValue().map((value) => JSON.stringify(value)),
          oddText().map((text) => `<!doctype html><title>${text}</title><p>${text}`),
        ),
        headers: fc.constantFrom<Record<string, string>>(
          {},
          { location: "javascript:alert(1)" },
          { location: "/kx?<>'" },
          { location: "http://[" },
          { "retry-after": "kx" },
        ),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("cut" as const), share: fc.double({ min: 0, max: 0.99, noNaN: true }) }),
    },
  );

/** What costs a second or more, for it is tried again, or memory, for there is so much of it. */
const costly = (): fc.Arbitrary<How> =>
  fc.oneof(
    fc.constant({ kind: "drop" as const }),
    fc.record({
      kind: fc.constant("answer" as const),
      status: fc.constantFrom(502, 503, 504, 429),
      type: fc.constantFrom(...TYPES),
      body: oddText(),
      headers: fc.constantFrom<Record<string, string>>(
        { "retry-after": "0" },
        { "retry-after": "-1" },
        { "retry-after": "99999999" },
      ),
    }),
    fc.record({
      kind: fc.constant("huge" as const),
      mebibytes: fc.constantFrom(1, 2, 8, 16, 33),
      isZipped: fc.boolean(),
      of: fc.constantFrom(" ", "[", "<title", '{"jobs":[', "\\u0000"),
    }),
  );

export const twists = (): fc.Arbitrary<Twist[]> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<Twist[]>([]) },
    { weight: 2, arbitrary: fc.array(twist(), { minLength: 1, maxLength: 2 }) },
  );

const twist = (): fc.Arbitrary<Twist> =>
  fc.record({
    of: fc.constantFrom<Server>("kitsu", "kitsu", "flamenco", "afanasy", "studio"),
    at: fc.nat(12),
    isLasting: fc.boolean(),
    how: fc.oneof({ weight: 60, arbitrary: how() }, { weight: 1, arbitrary: costly() }),
  });

export type Plain = { status: number; headers: Record<string, string | string[] | number | undefined>; body: Buffer };

/** Answers as the server would have, but for the twist. */
export function answerTwisted(
  plain: Plain,
  twisted: Twist | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const done = twisted?.how;
  const { "content-length": _, "transfer-encoding": __, connection: ___, ...headers } = plain.headers;
  const isBodiless = plain.status === 204 || plain.status === 304 || request.method === "HEAD";
  switch (done?.kind) {
    case undefined:
      response
        .writeHead(plain.status, isBodiless ? headers : { ...headers, "content-length": plain.body.length })
        .end(plain.body);
      return;
    case "edit": {
      const body = Buffer.from(editJson(plain.body.toString("utf8"), done));
      response.writeHead(plain.status, isBodiless ? headers : { ...headers, "content-length": body.length }).end(body);
      return;
    }
    case "answer":
      response.writeHead(done.status, { "content-type": done.type, ...done.headers }).end(done.body);
      return;
    case "cut":
      response.writeHead(plain.status, { ...headers, "content-length": plain.body.length + 1 });
      response.write(plain.body.subarray(0, Math.floor(plain.body.length * done.share)), () => response.destroy());
      return;
    case "drop":
      request.socket.destroy();
      return;
    case "huge": {
      const body = Buffer.alloc(done.mebibytes * 1_024 * 1_024, done.of);
      const zip = done.isZipped ? { "content-encoding": "gzip" } : {};
      response
        .writeHead(200, { "content-type": "application/json", ...zip })
        .end(done.isZipped ? gzipSync(body) : body);
    }
  }
}

/** Follows the path as far as there is anything, and puts the value there. What is no JSON stays. */
function editJson(text: string, { path, name, value }: Extract<How, { kind: "edit" }>): string {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    return text;
  }
  return JSON.stringify(editAt(root, path, name, value)) ?? "null";
}

function editAt(node: unknown, [step, ...rest]: readonly number[], name: string | undefined, value: unknown): unknown {
  if (step === undefined || typeof node !== "object" || node === null) return value;
  if (Array.isArray(node)) {
    if (node.length === 0) return value;
    return node.with(step % node.length, editAt(node[step % node.length], rest, name, value));
  }
  const entries = Object.entries(node);
  if (entries.length === 0) return value;
  const [key = "", inner] = entries[step % entries.length] ?? [];
  const edited = editAt(inner, rest, name, value);
  return { ...node, [key]: edited, ...(rest.length === 0 && name !== undefined && { [name]: value }) };
}
