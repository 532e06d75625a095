/** Sends requests to the small Zou, and compares its answers with recordings of the real one. */
import { readFileSync } from "node:fs";
import { BOT, type Person } from "../../../playground/data-people.ts";
import { BOT_TOKEN, expect, test as playground } from "./playground.ts";

const BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36";

export type Asked = { method?: string; token?: string; cookie?: string; body?: unknown };
export type Answered = { status: number; type: string; answer: unknown; cookies: string[] };

/** Sends a body as JSON unless it is a form. */
export async function ask(
  zou: string,
  path: string,
  { method = "GET", token, cookie, body }: Asked = {},
): Promise<Answered> {
  const isJson = body !== undefined && !(body instanceof FormData);
  const response = await fetch(`${zou}/api${path}`, {
    method,
    headers: {
      "user-agent": BROWSER,
      ...(token && { authorization: `Bearer ${token}` }),
      ...(cookie && { cookie }),
      ...(isJson && { "content-type": "application/json" }),
    },
    ...(body !== undefined && {
      body: typeof body === "string" || body instanceof FormData ? body : JSON.stringify(body),
    }),
  });
  const type = response.headers.get("content-type") ?? "";
  const text = await response.text();
  const answer = type === "application/json" && text ? JSON.parse(text) : text;
  return { status: response.status, type, answer, cookies: response.headers.getSetCookie() };
}

/** @returns the token of a new session */
export async function logIn(zou: string, { email }: Person): Promise<string> {
  const { answer } = await ask(zou, "/auth/login", { method: "POST", body: { email, password: "playground" } });
  if (typeof answer !== "object" || !answer || !("access_token" in answer)) throw new Error(`${email} can't log in`);
  return String(answer.access_token);
}

export type Ask = (path: string, as?: Person, asked?: Asked) => Promise<Answered>;

export const test = playground.extend<{ zou: string; askAs: Ask }>({
  zou: ({ servers }, use) => use(servers.playground.url),
  /** As the bot by default. */
  askAs: async ({ zou }, use) => {
    const tokens = new Map<Person, string>([[BOT, BOT_TOKEN]]);
    await use(async (path, as = BOT, asked = {}) => {
      const token = tokens.get(as) ?? (await logIn(zou, as));
      tokens.set(as, token);
      return ask(zou, path, { token, ...asked });
    });
  },
});

export const UNKNOWN = "00000000-0000-4000-8000-000000000000";
export const post = (body: unknown): Asked => ({ method: "POST", body });

export type Recording = { status: number; body?: unknown; answer: unknown };

export function readRecording(name: string): Recording {
  return JSON.parse(readFileSync(new URL(`../../fixtures/zou/${name}.json`, import.meta.url), "utf8"));
}

/** Expects the same members of the same types. A null on one side matches any type. */
export function expectShape({ status, answer }: Answered, name: string): void {
  const recording = readRecording(name);
  expect([name, status]).toEqual([name, recording.status]);
  const [ours, theirs] = [new Map<string, Set<string>>(), new Map<string, Set<string>>()];
  collect(answer, "", ours);
  collect(recording.answer, "", theirs);
  // An empty list has no members.
  const members = (paths: Map<string, unknown>) => [...paths.keys()].filter((path) => !path.endsWith("[]")).sort();
  expect(members(ours), name).toEqual(members(theirs));
  for (const [path, types] of theirs) {
    const other = ours.get(path) ?? new Set();
    if (types.size > 0 && other.size > 0)
      expect([path, [...other].filter((type) => !types.has(type))]).toEqual([path, []]);
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

/** Collects each member's path and types. Rows count as one, and so do members named by ids. */
function collect(value: unknown, path: string, into: Map<string, Set<string>>): void {
  const types = into.get(path) ?? new Set();
  into.set(path, types);
  if (value === null) return;
  types.add(Array.isArray(value) ? "array" : typeof value);
  // A studio may put anything there.
  if (typeof value !== "object" || path.endsWith(".data")) return;
  for (const [key, member] of Object.entries(value)) {
    collect(member, Array.isArray(value) ? `${path}[]` : `${path}.${UUID.test(key) ? "<id>" : key}`, into);
  }
}
