// Turns an answer of Zou, or of a proxy, login page or web server in front of it, into data or a
// Failure. The person sees Zou's own message, shortened: "not allowed" alone would not help them.
import * as v from "valibot";
import { Failure } from "../format/failure.ts";
import { isMessage, message, type Text } from "../format/message.ts";
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
export const MAYBE_DONE = message("kitsu.maybeDone");
export const CHECK_ADDRESS = message("kitsu.checkAddress");

/** Did a write end without an answer, so that it may have worked anyway? The advice says so. */
export const isMaybeDone = ({ reply: { advice } }: Failure): boolean =>
  typeof advice === "object" && isMessage(advice) && advice.key === MAYBE_DONE.key;

/** The answer, parsed with the schema. Throws a Failure for anything else. */
export function readZouAnswer<S extends v.GenericSchema>(
  answer: ZouAnswer,
  request: ZouRequest,
  schema: S,
): v.InferOutput<S> {
  const { status, body } = answer;
  const isGood = status >= 200 && status <= 299;
  const value = parseJson(body);
  // Check this before the status: a login page has status 200, and a web server's 404 does not mean
  // that something was deleted.
  const isForeign = isPage(answer) || (!isGood && body.trim() !== "" && value === undefined);
  if ((status >= 300 && status <= 399) || (isForeign && status < 500 && status !== 429))
    throw notKitsu(answer, request);
  if (!isGood) throw refused(answer, value, request);
  // Zou sends an empty body only with 204.
  if (body.trim() === "" && status !== 204) throw broken(message("kitsu.emptyAnswer"), answer, request);
  if (body.trim() !== "" && value === undefined) throw broken(message("kitsu.incompleteAnswer"), answer, request);
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  throw new Failure("kitsu-broken", {
    text: message("kitsu.unexpectedAnswer"),
    advice: message("kitsu.checkVersion"),
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
  return new Failure("kitsu-broken", {
    text: describeForeign(answer, shorten(title, 80)),
    advice: CHECK_ADDRESS,
    cause: new Error(`${request.path}: ${status} ${location ?? title}`.slice(0, 2 * MESSAGE_MAX_CHARS)),
  });
}

/** @param quote from the page or the answer; may be empty */
function describeForeign(answer: ZouAnswer, quote: string): Text {
  const { status, location } = answer;
  if (location !== undefined) return message("kitsu.redirects", { host: shorten(new URL(location).host, 100) });
  if (isPage(answer)) return quote === "" ? message("kitsu.webPage") : message("kitsu.titledWebPage", { title: quote });
  return quote === ""
    ? message("kitsu.foreignAnswer", { status: String(status) })
    : message("kitsu.quotedForeignAnswer", { status: String(status), quote });
}

/** The title of a page. No regular expression: a malicious page could make one slow. */
export function readTitle(body: string): string {
  const start = body.toLowerCase().indexOf("<title");
  const open = start < 0 ? -1 : body.indexOf(">", start);
  const end = open < 0 ? -1 : body.indexOf("<", open);
  return end < 0 ? "" : body.slice(open + 1, end).trim();
}

function broken(text: Text, { status, body }: ZouAnswer, request: ZouRequest): Failure {
  return new Failure("kitsu-broken", {
    text,
    advice: isRead(request) ? message("kitsu.tryAgainThenAsk") : MAYBE_DONE,
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
function readError(value: unknown): { words: string; isFromJwt: boolean; needsSecondFactor: boolean } {
  const parsed = v.safeParse(ErrorBody, value);
  if (!parsed.success) return { words: "", isFromJwt: false, needsSecondFactor: false };
  const {
    message: own,
    msg,
    error,
    data,
    two_factor_authentication_required: needsSecondFactor = false,
  } = parsed.output;
  const [first] = data?.errors ?? [];
  const detail = first === undefined ? "" : ` ${[first.field, first.message].filter(Boolean).join(": ")}`;
  const whole = `${own ?? msg ?? error ?? ""}${detail}`.replace(/\s+/g, " ").trim();
  return {
    words: shorten(whole, MESSAGE_MAX_CHARS),
    isFromJwt: own === undefined && error === undefined && msg !== undefined,
    needsSecondFactor,
  };
}

function refused(answer: ZouAnswer, value: unknown, request: ZouRequest): Failure {
  const { status } = answer;
  const { account } = request;
  const { words, isFromJwt, needsSecondFactor } = readError(value);
  const cause = new Error(`${request.path}: ${status} ${words}`);
  // Zou answered itself. Behind a proxy that gave up, it may still be working on the request.
  const isAnswered = value !== undefined && status !== 502 && status !== 504;
  if (needsSecondFactor) return secondFactor(request, cause);
  // Zou's JWT layer answers 422 to a malformed token.
  if (status === 401 || (status === 422 && isFromJwt)) return tokenRefused(request, cause);
  if (status === 403) {
    return new Failure("kitsu-forbidden", {
      text:
        words === ""
          ? message("kitsu.forbiddenByStatus", { account, status: String(status) })
          : message("kitsu.forbidden", { account, reason: words }),
      advice: message("kitsu.askPermissions", { account }),
      isAnswered,
      cause,
    });
  }
  if (status === 404)
    return new Failure("kitsu-unknown", {
      text: message("kitsu.notFound"),
      isAnswered,
      cause,
    });
  if (status === 429) {
    return new Failure("kitsu-busy", {
      text: message("kitsu.busy"),
      advice: message("kitsu.nothingDoneTryAgain"),
      retry: true,
      cause,
    });
  }
  if (status < 500) {
    const text =
      words === ""
        ? message("kitsu.refusedByStatus", { status: String(status) })
        : message("kitsu.refused", { reason: words });
    return new Failure("kitsu-refused", { text, isAnswered, cause });
  }
  // Cloudflare's statuses for a certificate it does not accept.
  if (status === 525 || status === 526) return badCertificate(cause);
  // 503 is sent before anything is done. After the others the outcome is unknown.
  const isForeign = isPage(answer) || (answer.body.trim() !== "" && value === undefined);
  const isUnknown = !isRead(request) && status !== 503;
  return new Failure("kitsu-broken", {
    text: message(isForeign ? "kitsu.down" : "kitsu.failed", { status: String(status) }),
    advice: isUnknown ? MAYBE_DONE : message("kitsu.tryAgain"),
    retry: true,
    isAnswered,
    cause,
  });
}

/** Without `retry`: only a new certificate helps. */
export const badCertificate = (cause: unknown) =>
  new Failure("kitsu-unreachable", {
    text: message("kitsu.certificate"),
    advice: message("kitsu.renewCertificate"),
    cause,
  });

function secondFactor({ account }: ZouRequest, cause: Error): Failure {
  return new Failure("kitsu-second-factor", {
    ...(account === "person"
      ? {
          text: message("kitsu.secondFactorOfPerson"),
          advice: message("kitsu.setUpSecondFactor"),
        }
      : {
          text: message("kitsu.secondFactorOfBot"),
          advice: message("kitsu.useOtherToken"),
        }),
    cause,
  });
}

function tokenRefused({ account }: ZouRequest, cause: Error): Failure {
  return new Failure("kitsu-token-refused", {
    ...(account === "person"
      ? {
          title: message("kitsu.sessionOver"),
          text: message("kitsu.sessionRefused"),
          advice: message("kitsu.logInAgain"),
        }
      : {
          text: message("kitsu.botTokenRefused"),
          advice: message("kitsu.renewToken"),
        }),
    cause,
  });
}
