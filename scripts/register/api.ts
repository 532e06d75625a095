// Zou, Kitsu's API server, for a program that runs once: what it answers, and what it refuses with as one sentence.
import * as v from "valibot";
import { Trouble } from "./trouble.ts";

export type Answer = { status: number; body: unknown };
export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** @param api "https://kitsu.studio.tld/api" */
export async function send(
  api: string,
  method: Method,
  path: string,
  { token, body }: { token?: string; body?: unknown } = {},
) {
  const response = await fetch(api + path, {
    method,
    redirect: "manual",
    signal: AbortSignal.timeout(30_000),
    headers: {
      accept: "application/json",
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    // What became of a write whose answer got lost, nobody knows. The next run sees it.
    throw new Trouble(`Kitsu at ${api} ${isTimeout(cause) ? "did not answer in 30 seconds" : "can't be reached"}.`, {
      cause,
    });
  });
  if (response.status >= 300 && response.status < 400) {
    throw new Trouble(
      `${api} leads elsewhere, to ${response.headers.get("location") ?? "nowhere"}: give Kitsu's address as the browser shows it.`,
    );
  }
  return { status: response.status, body: parseJson(await response.text()) } satisfies Answer;
}

const isTimeout = (cause: unknown) => cause instanceof DOMException && cause.name === "TimeoutError";

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What Zou answered, where it did what it was asked for. */
export function understand<S extends v.GenericSchema>(
  { status, body }: Answer,
  schema: S,
  api: string,
): v.InferOutput<S> {
  if (status >= 400) throw refusal(status, body, api);
  const parsed = v.safeParse(schema, body);
  if (parsed.success) return parsed.output;
  throw new Trouble(
    `${api} does not answer as Kitsu does ("${v.getDotPath(parsed.issues[0]) ?? "the answer"}"). Is it the right address?`,
  );
}

const text = v.fallback(v.optional(v.string()), undefined);
const Message = v.object({ message: text, msg: text, error: text });

/** Zou says what is wrong as `message`, `msg` or `error`, each where another of its layers refuses; a proxy in front says it in HTML. */
function readMessage(body: unknown): string {
  const said = v.safeParse(Message, body);
  return (said.success && (said.output.message ?? said.output.msg ?? said.output.error)) || "";
}

export function refusal(status: number, body: unknown, api: string): Trouble {
  const said = readMessage(body).slice(0, 300);
  // 422 is what a garbled token gets, or one of another Kitsu.
  if (status === 401 || status === 422)
    return new Trouble(`Kitsu does not accept this token${said ? ` ("${said}")` : ""}: it is wrong, over or revoked.`);
  if (status === 403)
    return new Trouble(
      "Kitsu does not allow this: custom actions are for administrators. Give the bot the role admin, or log in as one.",
    );
  if (status === 404)
    return new Trouble(`${api} does not know this (404). Is it Kitsu's address, or was something deleted just now?`);
  if (status >= 500) return new Trouble(`Kitsu itself failed, with the status ${status}. Try again in a minute.`);
  return new Trouble(`Kitsu refused${said ? `: ${said}` : ` with the status ${status}`}`);
}
