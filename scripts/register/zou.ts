// Requests to Zou, Kitsu's API server. Each error is a sentence for the person at the terminal.
import * as v from "valibot";
import { CliError } from "../cli-error.ts";

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
    // A write may have succeeded even if its answer was lost. The next run finds out.
    throw new CliError(
      `Kitsu at ${api} ${isTimeout(cause) ? "did not answer within 30 seconds" : "can't be reached"}.`,
      {
        cause,
      },
    );
  });
  if (response.status >= 300 && response.status < 400) {
    throw new CliError(
      `${api} redirects to ${response.headers.get("location") ?? "nowhere"}. Use Kitsu's address as the browser shows it.`,
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

/** Parses the body of a successful answer. Throws if Zou refused. */
export function parseAnswer<S extends v.GenericSchema>(
  { status, body }: Answer,
  schema: S,
  api: string,
): v.InferOutput<S> {
  if (status >= 400) throw toError(status, body, api);
  const parsed = v.safeParse(schema, body);
  if (parsed.success) return parsed.output;
  throw new CliError(
    `${api} does not answer like Kitsu: "${v.getDotPath(parsed.issues[0]) ?? "the body"}" is not as expected. Is the address right?`,
  );
}

const text = v.fallback(v.optional(v.string()), undefined);
const Message = v.object({ message: text, msg: text, error: text });

/**
 * Zou's layers put the reason in `message`, `msg` or `error`. A proxy in front of it answers with
 * HTML.
 */
function readMessage(body: unknown): string {
  const parsed = v.safeParse(Message, body);
  return (parsed.success && (parsed.output.message ?? parsed.output.msg ?? parsed.output.error)) || "";
}

export function toError(status: number, body: unknown, api: string): CliError {
  const message = readMessage(body).slice(0, 300);
  // Zou answers 422 to a malformed token, and to one of another Kitsu.
  if (status === 401 || status === 422)
    return new CliError(
      `Kitsu does not accept this token${message ? ` ("${message}")` : ""}. It is wrong, expired or revoked.`,
    );
  if (status === 403)
    return new CliError(
      "Kitsu does not allow this: only administrators can manage custom actions. Give the bot the role admin, or log in as an administrator.",
    );
  if (status === 404)
    return new CliError(`${api} answered "not found" (404). Is this Kitsu's address, or was something just deleted?`);
  if (status >= 500) return new CliError(`Kitsu failed with status ${status}. Try again in a minute.`);
  return new CliError(`Kitsu refused${message ? `: ${message}` : ` with status ${status}`}`);
}
