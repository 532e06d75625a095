// Sends calls and clicks to a server of the studio's own, as JSON signed according to Standard
// Webhooks. Its address comes only from the settings.
import { Failure } from "../format/failure.ts";
import { joinSentences, type Message, message, type Text } from "../format/message.ts";
import { adviseSecret } from "../format/setting-problem.ts";
import { type Deadline, type HttpAnswer, HttpError, MIB, sendRequest, startDeadline } from "./http.ts";
import { signRequest } from "./webhook-signature.ts";

/** A server that calls are forwarded to. `id` is the id of the action that does it. */
export type ForwardTarget = {
  id: string;
  title: Text;
  about: Text;
  url: string;
  /** "whsec_...". Without it calls can't be signed, and are not sent. */
  secret: string | undefined;
  timeLimitMs: number;
  /** The server runs each webhook-id once, so a call can be repeated after a lost connection. */
  isIdempotent: boolean;
};

/** "FORWARD_SECRET_PUBLISH" for the target of /actions/publish. */
export const secretName = (id: string) => `FORWARD_SECRET_${id.toUpperCase().replaceAll("-", "_")}`;

/** An HTML page larger than this is a mistake, and a toast has room for one sentence. */
const ANSWER_MAX_BYTES = MIB;

/** The longest wait before the second attempt. */
const RETRY_WAIT_MAX_MS = 2_000;

export type StudioAnswer = { status: number; contentType: string; location: string | undefined; body: string };

/**
 * - `id`: the webhook-id of every attempt
 * - `maybeDone`: what to do if the server may have done it although its answer is lost
 */
export type Delivery = { id: string; content: object; signal: AbortSignal; maybeDone?: Message };

type SignedDelivery = {
  target: ForwardTarget;
  secret: string;
  id: string;
  body: string;
  signal: AbortSignal;
  deadline: Deadline;
};

/** Throws a Failure if no complete answer arrives. */
export async function sendToTarget(
  target: ForwardTarget,
  { id, content, signal, maybeDone = MAYBE_DONE }: Delivery,
): Promise<StudioAnswer> {
  const { secret } = target;
  if (secret === undefined) throw unsigned(target);
  const deadline = startDeadline(target.timeLimitMs);
  try {
    const answer = await sendWithRetry({ target, secret, id, body: JSON.stringify(content), signal, deadline });
    const { status, contentType, location } = answer;
    return { status, contentType, location, body: await answer.readText(ANSWER_MAX_BYTES) };
  } catch (thrown) {
    throw thrown instanceof HttpError ? toTargetFailure(thrown, maybeDone) : thrown;
  }
}

/**
 * Retries once if that is safe. With 429 and 503 the server itself says that it did nothing. After
 * a lost connection the outcome is unknown, so only a server that runs each webhook-id once is
 * called again.
 */
async function sendWithRetry(delivery: SignedDelivery): Promise<HttpAnswer> {
  const { target, signal, deadline } = delivery;
  try {
    const answer = await send(delivery);
    const waitMs = readWaitMs(answer);
    if (waitMs === undefined) return answer;
    await answer.discard();
    // If time runs out during the wait, the second attempt fails at once with the right error.
    const isOver = AbortSignal.any([signal, deadline.signal]);
    await scheduler.wait(waitMs, { signal: isOver }).catch(() => undefined);
  } catch (thrown) {
    const isConnectionLost = thrown instanceof HttpError && thrown.kind === "unreachable";
    if (!target.isIdempotent || !isConnectionLost) throw thrown;
  }
  return send(delivery);
}

async function send({ target, secret, id, body, signal, deadline }: SignedDelivery): Promise<HttpAnswer> {
  return sendRequest({
    server: target.title,
    isTarget: true,
    url: target.url,
    method: "POST",
    body,
    signal,
    deadline,
    headers: {
      "content-type": "application/json",
      accept: "application/json, application/problem+json, text/html;q=0.8, text/plain;q=0.8",
      "user-agent": "Kitsu-Actions",
      ...(await signRequest(secret, id, body)),
    },
  });
}

/** How long to wait before the second attempt; undefined if there must be none. */
function readWaitMs({ status, headers }: HttpAnswer): number | undefined {
  if (status !== 503 && status !== 429) return undefined;
  const waitMs = Number(headers.get("retry-after") ?? "1") * 1_000;
  return waitMs <= RETRY_WAIT_MAX_MS ? waitMs : undefined;
}

const MAYBE_DONE = message("target.maybeDone");

function unsigned({ id, title }: ForwardTarget): Failure {
  return new Failure("not-configured", {
    text: message("target.unsigned", { title }),
    advice: adviseSecret(secretName(id), message("target.setSecret", { name: secretName(id) })),
  });
}

function toTargetFailure({ kind, text, cause }: HttpError, maybeDone: Message): Failure {
  switch (kind) {
    case "timeout":
      return new Failure("target-timeout", { text, advice: maybeDone });
    case "unreachable":
      return new Failure("target-unreachable", {
        text,
        advice: joinSentences([message("target.askWhetherRunning"), maybeDone]),
        retry: true,
        cause,
      });
    case "incomplete":
      return new Failure("target-answer-broken", { text, advice: maybeDone, cause });
    case "too-large":
      return new Failure("target-answer-too-large", {
        text,
        advice: joinSentences([maybeDone, message("target.answerWithLink")]),
      });
  }
}

export function brokenAnswer({ title }: ForwardTarget, maybeDone = MAYBE_DONE): Failure {
  return new Failure("target-answer-broken", {
    text: message("target.brokenJson", { server: title }),
    advice: maybeDone,
  });
}

/** @param problem what to change in it, for whoever wrote the server */
export function unreadableReply({ title }: ForwardTarget, problem: string, maybeDone = MAYBE_DONE): Failure {
  return new Failure("target-answer-broken", {
    text: message("target.unreadableReply", { server: title, problem }),
    advice: maybeDone,
  });
}
