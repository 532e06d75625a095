// Changes to the answers of the studio's servers.
import type { IncomingMessage, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { rarely } from "./rarely.ts";
import { oddName, oddText, oddValue } from "./texts.ts";

export type Server = "kitsu" | "studio" | "flamenco" | "afanasy";

/** Changes the answer number `at` of a server in this case, or all from there on. */
export type Mutation = { server: Server; at: number; isLasting: boolean; change: Change };

type Change =
  /** another value, or another member, somewhere in the JSON */
  | { kind: "edit"; path: number[]; name?: string | undefined; value: unknown }
  | { kind: "answer"; status: number; type: string; body: string; headers: Record<string, string> }
  /** ends early; `share` is how much of the body is sent */
  | { kind: "cut"; share: number }
  | { kind: "drop" }
  | { kind: "huge"; mebibytes: number; isZipped: boolean; filler: string };

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

const change = (): fc.Arbitrary<Change> =>
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

/** Changes that cost a second or more, because the worker retries, or memory. */
const costlyChange = (): fc.Arbitrary<Change> =>
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
      filler: fc.constantFrom(" ", "[", "<title", '{"jobs":[', "\\u0000"),
    }),
  );

export const mutations = (): fc.Arbitrary<Mutation[]> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<Mutation[]>([]) },
    { weight: 2, arbitrary: fc.array(mutation(), { minLength: 1, maxLength: 2 }) },
  );

const mutation = (): fc.Arbitrary<Mutation> =>
  fc.record({
    server: fc.constantFrom<Server>("kitsu", "kitsu", "flamenco", "afanasy", "studio"),
    at: fc.nat(12),
    isLasting: fc.boolean(),
    change: fc.oneof({ weight: 60, arbitrary: change() }, { weight: 1, arbitrary: costlyChange() }),
  });

export type PlainAnswer = {
  status: number;
  headers: Record<string, string | string[] | number | undefined>;
  body: Buffer;
};

/** Sends the server's answer, with the mutation if there is one. */
export function sendMutated(
  plain: PlainAnswer,
  mutated: Mutation | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const applied = mutated?.change;
  const { "content-length": _, "transfer-encoding": __, connection: ___, ...headers } = plain.headers;
  const isBodiless = plain.status === 204 || plain.status === 304 || request.method === "HEAD";
  switch (applied?.kind) {
    case undefined:
      response
        .writeHead(plain.status, isBodiless ? headers : { ...headers, "content-length": plain.body.length })
        .end(plain.body);
      return;
    case "edit": {
      const body = Buffer.from(editJson(plain.body.toString("utf8"), applied));
      response.writeHead(plain.status, isBodiless ? headers : { ...headers, "content-length": body.length }).end(body);
      return;
    }
    case "answer":
      response.writeHead(applied.status, { "content-type": applied.type, ...applied.headers }).end(applied.body);
      return;
    case "cut":
      response.writeHead(plain.status, { ...headers, "content-length": plain.body.length + 1 });
      response.write(plain.body.subarray(0, Math.floor(plain.body.length * applied.share)), () => response.destroy());
      return;
    case "drop":
      request.socket.destroy();
      return;
    case "huge": {
      const body = Buffer.alloc(applied.mebibytes * 1_024 * 1_024, applied.filler);
      const zip = applied.isZipped ? { "content-encoding": "gzip" } : {};
      response
        .writeHead(200, { "content-type": "application/json", ...zip })
        .end(applied.isZipped ? gzipSync(body) : body);
    }
  }
}

/** Puts the value at the path, or as far along it as the JSON goes. Other text stays unchanged. */
function editJson(text: string, { path, name, value }: Extract<Change, { kind: "edit" }>): string {
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
