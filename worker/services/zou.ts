// Zou, Kitsu's API server, over HTTP with one token. Failed reads are retried if the server or the
// connection is at fault. Writes are never retried: the first one may have succeeded.
import type * as v from "valibot";
import { Failure } from "../format/failure.ts";
import { message } from "../format/message.ts";
import { type HttpAnswer, HttpError, MIB, sendRequest, startDeadline } from "./http.ts";
import { findMissingRoute } from "./missing-route.ts";
import { type Account, badCertificate, MAYBE_DONE, readZouAnswer, type ZouAnswer } from "./zou-answer.ts";

/** Lists are read by ids, but the table of people in a large studio is a few MB. */
const ANSWER_MAX_BYTES = 16 * MIB;
const ANSWER_MAX_MS = 20_000;
/** Delays before the second and third attempt of a read. */
const RETRY_WAITS_MS = [200, 800];
/** Ids in one query. gunicorn accepts request lines of 4,094 bytes; an encoded id takes 45. */
export const IDS_MAX = 80;

export type Zou = {
  /** whose token it uses */
  account: Account;
  read<S extends v.GenericSchema>(path: string, schema: S): Promise<v.InferOutput<S>>;
  /** @param body sent as JSON, unless it is a form with a file */
  write<S extends v.GenericSchema>(
    method: "POST" | "PUT" | "DELETE",
    path: string,
    body: unknown,
    schema: S,
  ): Promise<v.InferOutput<S>>;
};

/**
 * @param api "https://kitsu.studio.tld/api"
 * @param token of a bot or a person; Zou applies the rights of that account
 * @param account whose token it is
 */
export function openZou(api: string, token: string, signal: AbortSignal, account: Account = "bot"): Zou {
  return { account, read, write };

  async function read<S extends v.GenericSchema>(path: string, schema: S): Promise<v.InferOutput<S>> {
    for (const waitMs of RETRY_WAITS_MS) {
      try {
        const answer = await send("GET", path);
        if (![502, 503, 504].includes(answer.status)) return await parse(answer, "GET", path, schema);
      } catch (thrown) {
        if (signal.aborted || !isConnectionFailure(thrown)) throw thrown;
      }
      await scheduler.wait(waitMs, { signal });
    }
    return parse(await send("GET", path), "GET", path, schema);
  }

  async function write<S extends v.GenericSchema>(
    method: "POST" | "PUT" | "DELETE",
    path: string,
    body: unknown,
    schema: S,
  ): Promise<v.InferOutput<S>> {
    return parse(await send(method, path, body), method, path, schema);
  }

  async function parse<S extends v.GenericSchema>(
    answer: ZouAnswer,
    method: string,
    path: string,
    schema: S,
  ): Promise<v.InferOutput<S>> {
    try {
      return readZouAnswer(answer, { path, method, account }, schema);
    } catch (thrown) {
      const isFromZou = thrown instanceof Failure && ["kitsu-unknown", "kitsu-refused"].includes(thrown.code);
      if (!isFromZou || ![404, 405].includes(answer.status)) throw thrown;
      throw (await findMissingRoute(answer.status, path, send)) ?? thrown;
    }
  }

  async function send(method: string, path: string, body?: unknown): Promise<ZouAnswer> {
    // fetch sets the content type of a form, with its boundary.
    const content = body === undefined || body instanceof FormData ? body : JSON.stringify(body);
    try {
      const answer = await sendRequest({
        server: "Kitsu",
        url: api + path,
        method,
        headers: {
          accept: "application/json",
          authorization: `Bearer ${token}`,
          ...(typeof content === "string" && { "content-type": "application/json" }),
        },
        body: content,
        signal,
        deadline: startDeadline(ANSWER_MAX_MS),
      });
      return await readAnswer(answer);
    } catch (thrown) {
      throw thrown instanceof HttpError ? toKitsuFailure(thrown, method) : thrown;
    }
  }
}

async function readAnswer(answer: HttpAnswer): Promise<ZouAnswer> {
  const { status, contentType, location } = answer;
  return { status, contentType, location, body: await answer.readText(ANSWER_MAX_BYTES) };
}

const isConnectionFailure = (thrown: unknown) =>
  thrown instanceof Failure && thrown.code === "kitsu-unreachable" && thrown.reply.retry === true;

/** `?id=["a","b"]`, at most IDS_MAX of them. */
export const idsQuery = (ids: readonly string[]) => `id=${encodeURIComponent(JSON.stringify(ids))}`;

function toKitsuFailure({ kind, text, cause }: HttpError, method: string): Failure {
  const isRead = method === "GET";
  if (kind === "too-large") {
    return new Failure("kitsu-broken", {
      text,
      advice: message("kitsu.fewerTasks"),
    });
  }
  if (kind === "timeout") {
    const advice = isRead ? message("kitsu.tryAgain") : MAYBE_DONE;
    return new Failure("kitsu-timeout", { text, advice, retry: true, cause });
  }
  if (/certificate|\b(TLS|SSL)\b/i.test(String(cause))) return badCertificate(cause);
  const advice = isRead ? message("kitsu.tryAgainThenAsk") : MAYBE_DONE;
  return new Failure("kitsu-unreachable", { text, advice, retry: true, cause });
}
