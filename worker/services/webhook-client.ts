// A server of the studio's own: takes a call as JSON, signed after the Standard Webhooks specification, and answers as it likes.
// Its address comes from the settings alone, redirects are not followed, and its answer is read up to a limit.
import { Webhook } from "standardwebhooks";
import { Failure, findPlatformLimit } from "../failure.ts";

/** One server of the studio's that calls are forwarded to. Its `id` is the id of the action that does so. */
export type ForwardTarget = {
  id: string;
  title: string;
  about: string;
  url: string;
  /** "whsec_...", absent where nobody set it: calls can't be signed then, and so are not sent */
  secret: string | undefined;
  timeLimitMs: number;
  /** The server runs a webhook-id once, however often it arrives: a call may then be sent again after a lost connection. */
  isIdempotent: boolean;
};

/** "FORWARD_SECRET_PUBLISH" for the target of /actions/publish. */
export const secretName = (id: string) => `FORWARD_SECRET_${id.toUpperCase().replaceAll("-", "_")}`;

/** What it may answer. An HTML page of that size is a mistake, and a toast has room for a sentence. */
export const ANSWER_MAX_BYTES = 1_024 * 1_024;

/** The longest wait before the one further try. */
const RETRY_WAIT_MAX_MS = 2_000;

export type StudioAnswer = { status: number; contentType: string; location: string | undefined; body: string };

type Sending = { target: ForwardTarget; secret: string; id: string; body: string; signal: AbortSignal };

/**
 * Sends a call. Throws a Failure where no complete answer arrives.
 * @param id the run's, and so the webhook's: the same for every try
 */
export async function sendCall(
  target: ForwardTarget,
  id: string,
  call: unknown,
  signal: AbortSignal,
): Promise<StudioAnswer> {
  const { secret } = target;
  if (secret === undefined) throw unsigned(target);
  const overtime = AbortSignal.timeout(target.timeLimitMs);
  const sending: Sending = {
    target,
    secret,
    id,
    body: JSON.stringify(call),
    signal: AbortSignal.any([signal, overtime]),
  };
  try {
    return await readAnswer(await sendTwice(sending), sending);
  } catch (thrown) {
    if (thrown instanceof Failure) throw thrown;
    if (signal.aborted) throw signal.reason;
    if (overtime.aborted) throw tooSlow(target);
    throw findPlatformLimit(thrown) ?? unreachable(target, thrown);
  }
}

/**
 * One further try where it is safe: after 429 and 503 the server says itself that it did nothing. After a lost connection nobody knows,
 * so only a server that promises to run a webhook-id once is asked again. Both tries have the same id.
 */
async function sendTwice(sending: Sending): Promise<Response> {
  const { target, signal } = sending;
  try {
    const response = await send(sending);
    const waitMs = readWaitMs(response);
    if (waitMs === undefined) return response;
    await response.body?.cancel();
    await scheduler.wait(waitMs, { signal });
  } catch (thrown) {
    if (!target.isIdempotent || signal.aborted) throw thrown;
  }
  return send(sending);
}

function send({ target, secret, id, body, signal }: Sending): Promise<Response> {
  const now = new Date();
  return fetch(target.url, {
    method: "POST",
    redirect: "manual",
    signal,
    body,
    headers: {
      "content-type": "application/json",
      accept: "application/json, application/problem+json, text/html;q=0.8, text/plain;q=0.8",
      "user-agent": "Kitsu-Actions",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(now.getTime() / 1_000)),
      "webhook-signature": new Webhook(secret).sign(id, now, body),
    },
  });
}

/** How long to wait before a second try, or undefined where there should be none. */
function readWaitMs({ status, headers }: Response): number | undefined {
  if (status !== 503 && status !== 429) return undefined;
  const waitMs = Number(headers.get("retry-after") ?? "1") * 1_000;
  return waitMs <= RETRY_WAIT_MAX_MS ? waitMs : undefined;
}

async function readAnswer(response: Response, sending: Sending): Promise<StudioAnswer> {
  const { status, headers } = response;
  const { url } = sending.target;
  const location = status >= 300 && status < 400 ? headers.get("location") : null;
  return {
    status,
    contentType: headers.get("content-type") ?? "",
    location: location !== null && URL.canParse(location, url) ? new URL(location, url).href : undefined,
    body: await readBody(response, sending),
  };
}

async function readBody({ body }: Response, { target, signal }: Sending): Promise<string> {
  const decoder = new TextDecoder();
  let [text, size] = ["", 0];
  for (const reader = body?.getReader(); reader !== undefined; ) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw signal.aborted ? cause : cutShort(target, size, cause);
    });
    if (done) break;
    size += value.byteLength;
    if (size > ANSWER_MAX_BYTES) {
      await reader.cancel();
      throw tooLarge(target);
    }
    text += decoder.decode(value, { stream: true });
  }
  return text + decoder.decode();
}

const LOOK = "It may have done its work all the same: look before you run this again.";

function unsigned({ id, title }: ForwardTarget): Failure {
  return new Failure("not-configured", {
    text: `Calls for ${title} can't be signed, so they are not sent.`,
    advice: `Set ${secretName(id)} or FORWARD_SECRET to "whsec_" and 32 random bytes in base64, with: npx wrangler secret put ${secretName(id)}`,
  });
}

function unreachable({ title }: ForwardTarget, cause: unknown): Failure {
  return new Failure("target-unreachable", {
    text: `The server behind ${title} could not be reached, or dropped the connection without an answer.`,
    advice: `Ask your TD whether it is running. ${LOOK}`,
    retry: true,
    cause,
  });
}

function tooSlow({ title, timeLimitMs }: ForwardTarget): Failure {
  return new Failure("target-timeout", {
    text: `The server behind ${title} did not answer within ${timeLimitMs / 1_000} seconds.`,
    advice: LOOK,
  });
}

function cutShort({ title }: ForwardTarget, size: number, cause: unknown): Failure {
  return new Failure("target-answer-broken", {
    text: `The answer of the server behind ${title} broke off after ${size.toLocaleString("en")} bytes.`,
    advice: LOOK,
    cause,
  });
}

export function brokenAnswer({ title }: ForwardTarget): Failure {
  return new Failure("target-answer-broken", {
    text: `The answer of the server behind ${title} says it is JSON, and ends in its middle or is none.`,
    advice: LOOK,
  });
}

function tooLarge({ title }: ForwardTarget): Failure {
  return new Failure("target-answer-too-large", {
    text: `The server behind ${title} answered more than ${ANSWER_MAX_BYTES / 1_024 / 1_024} MiB, which is more than can be shown.`,
    advice: `${LOOK} Should it have more to say, let it answer with a link.`,
  });
}
