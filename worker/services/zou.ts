// Zou, Kitsu's API server, by HTTP: one token, answers parsed, every shape of error as one sentence. Reads are tried again where the server or
// the way to it is the trouble; writes never, for nobody knows what became of the first.
import * as v from "valibot";
import { Failure } from "../failure.ts";

/** Longest wait for one answer. */
const ANSWER_MAX_MS = 20_000;
/** Waits before the second and third try of a read. */
const RETRY_WAITS_MS = [200, 800];
/** gunicorn, as studios run Zou, refuses longer request lines than 4,094 bytes; an id takes 45 once it is encoded. */
export const IDS_MAX = 80;

export type Zou = {
  read<S extends v.GenericSchema>(path: string, schema: S): Promise<v.InferOutput<S>>;
  /** @param body what becomes JSON, or a form with a file */
  write<S extends v.GenericSchema>(
    method: "POST" | "PUT" | "DELETE",
    path: string,
    body: unknown,
    schema: S,
  ): Promise<v.InferOutput<S>>;
  /** how many requests were sent, tries again included */
  requests(): number;
};

/**
 * @param api "https://kitsu.studio.tld/api"
 * @param token of a bot or a person; whatever is read and written is within its rights
 */
export function openZou(api: string, token: string, signal: AbortSignal): Zou {
  let sent = 0;
  return { read, write, requests: () => sent };

  async function read<S extends v.GenericSchema>(path: string, schema: S): Promise<v.InferOutput<S>> {
    for (const waitMs of RETRY_WAITS_MS) {
      try {
        const answer = await send("GET", path);
        if (![502, 503, 504].includes(answer.status)) return parse(answer, path, schema);
      } catch (thrown) {
        if (signal.aborted || !isLost(thrown)) throw thrown;
      }
      await scheduler.wait(waitMs, { signal });
    }
    return parse(await send("GET", path), path, schema);
  }

  async function write<S extends v.GenericSchema>(
    method: "POST" | "PUT" | "DELETE",
    path: string,
    body: unknown,
    schema: S,
  ): Promise<v.InferOutput<S>> {
    return parse(await send(method, path, body), path, schema);
  }

  /** The whole answer, for it may break off, or come to a halt, in its middle. */
  async function send(method: string, path: string, body?: unknown): Promise<ZouAnswer> {
    sent += 1;
    const overtime = AbortSignal.timeout(ANSWER_MAX_MS);
    // A form says itself where its parts end.
    const content = body === undefined || body instanceof FormData ? body : JSON.stringify(body);
    try {
      const response = await fetch(api + path, {
        method,
        redirect: "manual",
        signal: AbortSignal.any([signal, overtime]),
        headers: {
          accept: "application/json",
          authorization: `Bearer ${token}`,
          ...(typeof content === "string" && { "content-type": "application/json" }),
        },
        ...(content !== undefined && { body: content }),
      });
      return { status: response.status, body: await response.text() };
    } catch (cause) {
      if (signal.aborted) throw signal.reason;
      throw overtime.aborted ? tooSlow(cause) : unreachable(cause);
    }
  }
}

type ZouAnswer = { status: number; body: string };

const isLost = (thrown: unknown) => thrown instanceof Failure && thrown.code === "kitsu-unreachable";

/** `?id=["a","b"]`, at most IDS_MAX of them. */
export const idsQuery = (ids: readonly string[]) => `id=${encodeURIComponent(JSON.stringify(ids))}`;

function parse<S extends v.GenericSchema>({ status, body }: ZouAnswer, path: string, schema: S): v.InferOutput<S> {
  const value = parseJson(body);
  if (status < 200 || status > 299) throw refused(status, readMessage(value), path);
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const [{ message }] = parsed.issues;
  throw new Failure("kitsu-broken", {
    text: "Kitsu answered something that can't be understood.",
    advice: "Your Kitsu may be older or newer than this action server: tell your TD.",
    cause: new Error(`${path}: ${v.getDotPath(parsed.issues[0]) ?? "the answer"}: ${message}`),
  });
}

const Message = v.object({
  message: v.fallback(v.optional(v.string()), undefined),
  msg: v.fallback(v.optional(v.string()), undefined),
  error: v.fallback(v.optional(v.string()), undefined),
});

/** Zou says what is wrong as `message`, `msg` or `error`, each where another of its layers refuses. A proxy in front says it in HTML. */
function readMessage(value: unknown): string {
  const said = v.safeParse(Message, value);
  return (said.success && (said.output.message ?? said.output.msg ?? said.output.error)) || "";
}

function refused(status: number, message: string, path: string): Failure {
  const cause = new Error(`${path}: ${status} ${message}`);
  // 422 is what a garbled token gets.
  if (status === 401 || status === 422) {
    return new Failure("kitsu-token-refused", {
      text: "Kitsu does not accept the account this was done with: its session or token is over, revoked or wrong.",
      advice: "Log in to Kitsu again. Should that not help, your TD renews KITSU_TOKEN.",
      cause,
    });
  }
  if (status === 403) {
    return new Failure("kitsu-forbidden", {
      text: "Kitsu does not allow this to the account it was done with.",
      advice: "Ask your TD which rights it needs.",
      cause,
    });
  }
  if (status === 404)
    return new Failure("kitsu-unknown", { text: "Kitsu does not know what was asked for: it may have been deleted.", cause });
  if (status < 500)
    return new Failure("kitsu-refused", { text: `Kitsu refused: ${message || `status ${status}`}`.slice(0, 500), cause });
  return new Failure("kitsu-broken", {
    text: `Kitsu itself failed, with the status ${status}.`,
    advice: "Try again in a minute.",
    retry: true,
    cause,
  });
}

const unreachable = (cause: unknown) =>
  new Failure("kitsu-unreachable", {
    text: "Kitsu could not be reached.",
    advice: "Try again in a minute; then ask your TD.",
    retry: true,
    cause,
  });

const tooSlow = (cause: unknown) =>
  new Failure("kitsu-timeout", {
    text: `Kitsu did not answer within ${ANSWER_MAX_MS / 1_000} seconds.`,
    advice: "Try again in a minute.",
    retry: true,
    cause,
  });

function parseJson(body: string): unknown {
  try {
    return body === "" ? undefined : JSON.parse(body);
  } catch {
    return undefined;
  }
}
