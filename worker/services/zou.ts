// Zou, Kitsu's API server, by HTTP: one token, answers parsed, every shape of error as one sentence. Reads are tried again where the server or
// the way to it is the trouble; writes never, for nobody knows what became of the first.
import type * as v from "valibot";
import { Failure, findPlatformLimit } from "../failure.ts";
import { MIB, readText } from "./bounded-body.ts";
import { findMissingRoute } from "./missing-route.ts";
import { type Account, badCertificate, MAYBE, readZouAnswer, type ZouAnswer } from "./zou-answer.ts";

/** Largest answer: lists are asked for by ids, and the people of a large studio are a few MB. A compressed one may be anything. */
export const ANSWER_MAX_BYTES = 16 * MIB;
/** Longest wait for one answer. */
const ANSWER_MAX_MS = 20_000;
/** Waits before the second and third try of a read. */
const RETRY_WAITS_MS = [200, 800];
/** gunicorn, as studios run Zou, refuses longer request lines than 4,094 bytes; an id takes 45 once it is encoded. */
export const IDS_MAX = 80;

export type Zou = {
  /** whose account it is asked with */
  account: Account;
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
 * @param account whose token it is
 */
export function openZou(api: string, token: string, signal: AbortSignal, account: Account = "bot"): Zou {
  let sent = 0;
  return { account, read, write, requests: () => sent };

  async function read<S extends v.GenericSchema>(path: string, schema: S): Promise<v.InferOutput<S>> {
    for (const waitMs of RETRY_WAITS_MS) {
      try {
        const answer = await send("GET", path);
        if (![502, 503, 504].includes(answer.status)) return await understand(answer, "GET", path, schema);
      } catch (thrown) {
        if (signal.aborted || !isLost(thrown)) throw thrown;
      }
      await scheduler.wait(waitMs, { signal });
    }
    return understand(await send("GET", path), "GET", path, schema);
  }

  async function write<S extends v.GenericSchema>(
    method: "POST" | "PUT" | "DELETE",
    path: string,
    body: unknown,
    schema: S,
  ): Promise<v.InferOutput<S>> {
    return understand(await send(method, path, body), method, path, schema);
  }

  async function understand<S extends v.GenericSchema>(
    answer: ZouAnswer,
    method: string,
    path: string,
    schema: S,
  ): Promise<v.InferOutput<S>> {
    try {
      return readZouAnswer(answer, { path, method, account }, schema);
    } catch (thrown) {
      const isZous = thrown instanceof Failure && ["kitsu-unknown", "kitsu-refused"].includes(thrown.code);
      if (!isZous || ![404, 405].includes(answer.status)) throw thrown;
      throw (await findMissingRoute(answer.status, path, send)) ?? thrown;
    }
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
      const { status, headers } = response;
      const location = headers.get("location");
      return {
        status,
        body: await readText(response, ANSWER_MAX_BYTES, tooLarge),
        contentType: headers.get("content-type") ?? "",
        location: location !== null && URL.canParse(location, api) ? new URL(location, api).href : undefined,
      };
    } catch (cause) {
      if (signal.aborted) throw signal.reason;
      if (cause instanceof Failure) throw cause;
      if (!overtime.aborted && /certificate|\b(TLS|SSL)\b/i.test(String(cause))) throw badCertificate(cause);
      throw overtime.aborted ? tooSlow(cause, method) : (findPlatformLimit(cause) ?? unreachable(cause, method));
    }
  }
}

const isLost = (thrown: unknown) =>
  thrown instanceof Failure && thrown.code === "kitsu-unreachable" && thrown.reply.retry === true;

/** `?id=["a","b"]`, at most IDS_MAX of them. */
export const idsQuery = (ids: readonly string[]) => `id=${encodeURIComponent(JSON.stringify(ids))}`;

const unreachable = (cause: unknown, method: string) =>
  new Failure("kitsu-unreachable", {
    text: "Kitsu could not be reached.",
    advice: method === "GET" ? "Try again in a minute; then ask your TD." : MAYBE,
    retry: true,
    cause,
  });

const tooLarge = () =>
  new Failure("kitsu-broken", {
    text: `Kitsu answered more than ${ANSWER_MAX_BYTES / MIB} MiB.`,
    advice: "Run the action on fewer tasks; if it is few already, tell your TD.",
  });

const tooSlow = (cause: unknown, method: string) =>
  new Failure("kitsu-timeout", {
    text: `Kitsu did not answer within ${ANSWER_MAX_MS / 1_000} seconds.`,
    advice: method === "GET" ? "Try again in a minute." : MAYBE,
    retry: true,
    cause,
  });
