// Turns an answer of Zou, or of a proxy, login page or web server in front of it, into data or a Failure.
// The person sees Zou's own message, shortened: "not allowed" alone would not help them.
import * as v from "valibot";
import { Failure } from "../failure.ts";
import { describeMismatch, parseJson } from "./http.ts";

/** Whose token the request used. It decides who can act on a refusal. */
export type Account = "bot" | "person";

export type ZouAnswer = {
  status: number;
  body: string;
  contentType: string;
  /** the URL that a redirect points to */
  location: string | undefined;
};

/** The request, for error messages. */
type ZouRequest = { path: string; method: string; account: Account };

const MESSAGE_MAX_CHARS = 300;
/** Advice after a write without an answer. */
export const MAYBE_DONE = "It may have worked anyway: check in Kitsu before you run this again.";
export const CHECK_ADDRESS =
  "Ask your TD to check KITSU_API and KITSU_URL, and for a login page or firewall in front of Kitsu's API.";

/** The answer, parsed with the schema. Throws a Failure for anything else. */
export function readZouAnswer<S extends v.GenericSchema>(
  answer: ZouAnswer,
  request: ZouRequest,
  schema: S,
): v.InferOutput<S> {
  const { status, body } = answer;
  const isGood = status >= 200 && status <= 299;
  const value = parseJson(body);
  // Check this before the status: a login page has status 200, and a web server's 404 does not mean that
  // something was deleted.
  const isForeign = isPage(answer) || (!isGood && body.trim() !== "" && value === undefined);
  if ((status >= 300 && status <= 399) || (isForeign && status < 500 && status !== 429))
    throw notKitsu(answer, request);
  if (!isGood) throw refused(answer, value, request);
  // Zou sends an empty body only with 204.
  if (body.trim() === "" && status !== 204) throw broken("Kitsu's answer is empty.", answer, request);
  if (body.trim() !== "" && value === undefined)
    throw broken("Kitsu's answer is incomplete, or is not JSON.", answer, request);
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  throw new Failure("kitsu-broken", {
    text: "Kitsu's answer has an unexpected format.",
    advice: "Your Kitsu may be too old or too new for this action server: tell your TD.",
    cause: describeMismatch(request.path, parsed.issues[0]),
  });
}

/** Zou always answers in JSON. */
const isPage = ({ contentType, body }: ZouAnswer) =>
  /^\s*</.test(body) || (/html/i.test(contentType) && body.trim() !== "" && parseJson(body) === undefined);

const shorten = (text: string, maxChars: number) => (text.length > maxChars ? `${text.slice(0, maxChars)}…` : text);

const isRead = ({ method }: ZouRequest) => method === "GET";

/** Something other than Kitsu answered. */
function notKitsu(answer: ZouAnswer, request: ZouRequest): Failure {
  const { status, body, location } = answer;
  const title = isPage(answer) ? readTitle(body) : body.trim();
  const quote = title === "" ? "" : `: “${shorten(title, 80)}”`;
  return new Failure("kitsu-broken", {
    text:
      location !== undefined
        ? `The address of Kitsu's API redirects to ${shorten(new URL(location).host, 100)}.`
        : isPage(answer)
          ? `The address of Kitsu's API leads to a web page${quote}.`
          : `A server in front of Kitsu answered instead of Kitsu, with status ${status}${quote}.`,
    advice: CHECK_ADDRESS,
    cause: new Error(`${request.path}: ${status} ${location ?? title}`.slice(0, 2 * MESSAGE_MAX_CHARS)),
  });
}

/** No regular expression: a malicious page could make one slow. */
function readTitle(body: string): string {
  const start = body.toLowerCase().indexOf("<title");
  const open = start < 0 ? -1 : body.indexOf(">", start);
  const end = open < 0 ? -1 : body.indexOf("<", open);
  return end < 0 ? "" : body.slice(open + 1, end).trim();
}

function broken(text: string, { status, body }: ZouAnswer, request: ZouRequest): Failure {
  return new Failure("kitsu-broken", {
    text,
    advice: isRead(request) ? "Try again in a minute; then ask your TD." : MAYBE_DONE,
    retry: isRead(request),
    cause: new Error(`${request.path}: ${status} ${body.slice(0, MESSAGE_MAX_CHARS)}`),
  });
}

const optionalText = v.fallback(v.optional(v.string()), undefined);
const ErrorBody = v.object({
  message: optionalText,
  msg: optionalText,
  error: optionalText,
  two_factor_authentication_required: v.fallback(v.optional(v.boolean()), undefined),
  data: v.fallback(
    v.optional(v.object({ errors: v.array(v.object({ field: optionalText, message: v.string() })) })),
    undefined,
  ),
});

/** Each of Zou's layers uses its own member for the message: `message`, `msg` or `error`. */
function readError(value: unknown): { message: string; isFromJwt: boolean; needsSecondFactor: boolean } {
  const parsed = v.safeParse(ErrorBody, value);
  if (!parsed.success) return { message: "", isFromJwt: false, needsSecondFactor: false };
  const { message, msg, error, data, two_factor_authentication_required: needsSecondFactor = false } = parsed.output;
  const [first] = data?.errors ?? [];
  const detail = first === undefined ? "" : ` ${[first.field, first.message].filter(Boolean).join(": ")}`;
  const whole = `${message ?? msg ?? error ?? ""}${detail}`.replace(/\s+/g, " ").trim();
  return {
    message: shorten(whole, MESSAGE_MAX_CHARS),
    isFromJwt: message === undefined && error === undefined && msg !== undefined,
    needsSecondFactor,
  };
}

function refused(answer: ZouAnswer, value: unknown, request: ZouRequest): Failure {
  const { status } = answer;
  const { message, isFromJwt, needsSecondFactor } = readError(value);
  const cause = new Error(`${request.path}: ${status} ${message}`);
  // Zou answered itself. Behind a proxy that gave up, it may still be working on the request.
  const isAnswered = value !== undefined && status !== 502 && status !== 504;
  if (needsSecondFactor) return secondFactor(request, cause);
  // Zou's JWT layer answers 422 to a malformed token.
  if (status === 401 || (status === 422 && isFromJwt)) return tokenRefused(request, cause);
  const reason = message === "" ? `status ${status}` : `“${message}”`;
  if (status === 403) {
    return new Failure("kitsu-forbidden", {
      text: `Kitsu does not allow this for ${request.account === "bot" ? "the action server's bot account" : "your account"}: ${reason}.`,
      advice: `Ask your TD which permissions ${request.account === "bot" ? "the bot needs" : "you need"}.`,
      isAnswered,
      cause,
    });
  }
  if (status === 404)
    return new Failure("kitsu-unknown", {
      text: "Kitsu can't find this: it may have been deleted.",
      isAnswered,
      cause,
    });
  if (status === 429) {
    return new Failure("kitsu-busy", {
      text: "Kitsu, or a server in front of it, accepts no more requests right now.",
      advice: "Nothing was done. Try again in a minute.",
      retry: true,
      cause,
    });
  }
  if (status < 500) return new Failure("kitsu-refused", { text: `Kitsu refused: ${reason}.`, isAnswered, cause });
  // Cloudflare's statuses for a certificate it does not accept.
  if (status === 525 || status === 526) return badCertificate(cause);
  // 503 is sent before anything is done. After the others the outcome is unknown.
  const isUnknown = !isRead(request) && status !== 503;
  return new Failure("kitsu-broken", {
    text:
      isPage(answer) || (answer.body.trim() !== "" && value === undefined)
        ? `Kitsu is down: the server in front of it answered with status ${status}.`
        : `Kitsu failed with status ${status}.`,
    advice: isUnknown ? MAYBE_DONE : "Try again in a minute.",
    retry: true,
    isAnswered,
    cause,
  });
}

/** Without `retry`: only a new certificate helps. */
export const badCertificate = (cause: unknown) =>
  new Failure("kitsu-unreachable", {
    text: "Kitsu's TLS certificate was not accepted: it may have expired.",
    advice: "Nothing was done. Ask your TD to renew it.",
    cause,
  });

function secondFactor({ account }: ZouRequest, cause: Error): Failure {
  return new Failure("kitsu-second-factor", {
    ...(account === "person"
      ? {
          text: "Your studio's Kitsu requires it, and your account doesn't have it yet.",
          advice: "Set it up in your Kitsu profile and log in again. Then run the action again.",
        }
      : {
          text: "The action server's account doesn't have it. Your own account is fine.",
          advice:
            "Tell your TD: KITSU_TOKEN must be the token of a bot, or of an account with two-factor authentication.",
        }),
    cause,
  });
}

function tokenRefused({ account }: ZouRequest, cause: Error): Failure {
  return new Failure("kitsu-token-refused", {
    ...(account === "person"
      ? {
          title: "Your session in Kitsu has ended",
          text: "Kitsu no longer accepts it.",
          advice: "Log in to Kitsu again, then run the action again.",
        }
      : {
          text: "Kitsu rejected the token of the action server's bot: it has expired, was revoked or is wrong.",
          advice: "Ask your TD to renew KITSU_TOKEN.",
        }),
    cause,
  });
}
