// What an answer of Zou's means, and of what stands in front of it: a proxy, a login page, the web server that should have led to it. Zou's
// own words reach the person, cut short; whoever reads "not allowed" alone can do nothing about it.
import * as v from "valibot";
import { Failure } from "../failure.ts";
import { parseJson } from "./json.ts";

/** Whose account Zou was asked with: who can do something about a refusal depends on it. */
export type Account = "bot" | "person";

export type ZouAnswer = {
  status: number;
  body: string;
  contentType: string;
  /** where a redirect leads */
  location: string | undefined;
};

/** What was asked, for what is said of the answer. */
export type Asked = { path: string; method: string; account: Account };

const WORDS_MAX = 300;
/** Of something that was to be written and of which nobody knows whether it was. */
export const MAYBE = "It may have been done all the same: look in Kitsu before you run this again.";
export const CHECK_ADDRESS =
  "Your TD checks KITSU_API and KITSU_URL, and whether a login page or a firewall stands in front of Kitsu's API.";

/** The answer's content as the schema has it. Throws whatever else it means. */
export function readZouAnswer<S extends v.GenericSchema>(answer: ZouAnswer, asked: Asked, schema: S): v.InferOutput<S> {
  const { status, body } = answer;
  const isGood = status >= 200 && status <= 299;
  const value = parseJson(body);
  // Before anything is made of the status: a page says 200 where Kitsu was never asked, and 404 where nothing was deleted.
  const isForeign = isPage(answer) || (!isGood && body.trim() !== "" && value === undefined);
  if ((status >= 300 && status <= 399) || (isForeign && status < 500 && status !== 429)) throw elsewhere(answer, asked);
  if (!isGood) throw refused(answer, value, asked);
  // Where nothing is to be said, Zou says 204.
  if (body.trim() === "" && status !== 204) throw broken("Kitsu's answer is empty.", answer, asked);
  if (body.trim() !== "" && value === undefined)
    throw broken("Kitsu's answer ends in its middle, or is no JSON.", answer, asked);
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const [{ message }] = parsed.issues;
  throw new Failure("kitsu-broken", {
    text: "Kitsu answered something that can't be understood.",
    advice: "Your Kitsu may be older or newer than this action server: tell your TD.",
    cause: new Error(`${asked.path}: ${v.getDotPath(parsed.issues[0]) ?? "the answer"}: ${message}`),
  });
}

/** Zou answers JSON, whatever happens. */
const isPage = ({ contentType, body }: ZouAnswer) =>
  /^\s*</.test(body) || (/html/i.test(contentType) && body.trim() !== "" && parseJson(body) === undefined);

const cut = (text: string, most: number) => (text.length > most ? `${text.slice(0, most)}…` : text);

const isRead = ({ method }: Asked) => method === "GET";

/** It was not Kitsu that answered. */
function elsewhere(answer: ZouAnswer, asked: Asked): Failure {
  const { status, body, location } = answer;
  const title = isPage(answer) ? readTitle(body) : body.trim();
  const said = title === "" ? "" : `: “${cut(title, 80)}”`;
  return new Failure("kitsu-broken", {
    text:
      location !== undefined
        ? `Where Kitsu's API should be, another page is: the request is sent on to ${cut(new URL(location).host, 100)}.`
        : isPage(answer)
          ? `Where Kitsu's API should be, there is a web page${said}.`
          : `Something in front of Kitsu answered in its place, with the status ${status}${said}.`,
    advice: CHECK_ADDRESS,
    cause: new Error(`${asked.path}: ${status} ${location ?? title}`.slice(0, 2 * WORDS_MAX)),
  });
}

/** Without a pattern, which a page could be made to be slow for. */
function readTitle(body: string): string {
  const start = body.toLowerCase().indexOf("<title");
  const open = start < 0 ? -1 : body.indexOf(">", start);
  const end = open < 0 ? -1 : body.indexOf("<", open);
  return end < 0 ? "" : body.slice(open + 1, end).trim();
}

function broken(text: string, { status, body }: ZouAnswer, asked: Asked): Failure {
  return new Failure("kitsu-broken", {
    text,
    advice: isRead(asked) ? "Try again in a minute; then ask your TD." : MAYBE,
    retry: isRead(asked),
    cause: new Error(`${asked.path}: ${status} ${body.slice(0, WORDS_MAX)}`),
  });
}

const maybe = v.fallback(v.optional(v.string()), undefined);
const Said = v.object({
  message: maybe,
  msg: maybe,
  error: maybe,
  two_factor_authentication_required: v.fallback(v.optional(v.boolean()), undefined),
  data: v.fallback(
    v.optional(v.object({ errors: v.array(v.object({ field: maybe, message: v.string() })) })),
    undefined,
  ),
});

/** Zou says what is wrong as `message`, `msg` or `error`, each where another of its layers refuses. */
function readWords(value: unknown): { words: string; isJwt: boolean; wantsSecondFactor: boolean } {
  const said = v.safeParse(Said, value);
  if (!said.success) return { words: "", isJwt: false, wantsSecondFactor: false };
  const { message, msg, error, data, two_factor_authentication_required: wantsSecondFactor = false } = said.output;
  const [first] = data?.errors ?? [];
  const detail = first === undefined ? "" : ` ${[first.field, first.message].filter(Boolean).join(": ")}`;
  const words = `${message ?? msg ?? error ?? ""}${detail}`.replace(/\s+/g, " ").trim();
  return {
    words: cut(words, WORDS_MAX),
    isJwt: message === undefined && error === undefined && msg !== undefined,
    wantsSecondFactor,
  };
}

function refused(answer: ZouAnswer, value: unknown, asked: Asked): Failure {
  const { status } = answer;
  const { words, isJwt, wantsSecondFactor } = readWords(value);
  const cause = new Error(`${asked.path}: ${status} ${words}`);
  // In Zou's own words, and not in those of a server in front of it, behind which it may be at work still.
  const isAnswered = value !== undefined && status !== 502 && status !== 504;
  if (wantsSecondFactor) return secondFactor(asked, cause);
  // 422 is what the layer that reads tokens says to a garbled one.
  if (status === 401 || (status === 422 && isJwt)) return tokenRefused(asked, cause);
  const said = words === "" ? `status ${status}` : `“${words}”`;
  if (status === 403) {
    return new Failure("kitsu-forbidden", {
      text: `Kitsu does not allow this to ${asked.account === "bot" ? "the account of the action server's bot" : "your account"}: ${said}.`,
      advice: `Ask your TD which rights ${asked.account === "bot" ? "the bot" : "you"} may need.`,
      isAnswered,
      cause,
    });
  }
  if (status === 404)
    return new Failure("kitsu-unknown", {
      text: "Kitsu does not know what was asked for: it may have been deleted.",
      isAnswered,
      cause,
    });
  if (status === 429) {
    return new Failure("kitsu-busy", {
      text: "Kitsu, or what stands in front of it, takes no more requests just now.",
      advice: "Nothing was done with this one. Try again in a minute.",
      retry: true,
      cause,
    });
  }
  if (status < 500) return new Failure("kitsu-refused", { text: `Kitsu refused: ${said}.`, isAnswered, cause });
  // What Cloudflare says of a certificate it does not accept.
  if (status === 525 || status === 526) return badCertificate(cause);
  // 503 is said before anything is done; after the others nobody knows.
  const isUnknown = !isRead(asked) && status !== 503;
  return new Failure("kitsu-broken", {
    text:
      isPage(answer) || (answer.body.trim() !== "" && value === undefined)
        ? `Kitsu does not answer: the server in front of it says so, with the status ${status}.`
        : `Kitsu itself failed, with the status ${status}.`,
    advice: isUnknown ? MAYBE : "Try again in a minute.",
    retry: true,
    isAnswered,
    cause,
  });
}

/** Trying again does not renew it. */
export const badCertificate = (cause: unknown) =>
  new Failure("kitsu-unreachable", {
    text: "Kitsu's certificate is not accepted: it may have expired.",
    advice: "Nothing was done. Tell your TD to renew it.",
    cause,
  });

function secondFactor({ account }: Asked, cause: Error): Failure {
  return new Failure("kitsu-second-factor", {
    ...(account === "person"
      ? {
          text: "Your studio's Kitsu lets nobody work without it, and your account has none yet.",
          advice: "Set it up in Kitsu, in your profile, and log in again. Then run the action once more.",
        }
      : {
          text: "It is the action server's account that has none, not yours.",
          advice:
            "Tell your TD: KITSU_TOKEN must be the token of a bot, or of an account with two-factor authentication.",
        }),
    cause,
  });
}

function tokenRefused({ account }: Asked, cause: Error): Failure {
  return new Failure("kitsu-token-refused", {
    ...(account === "person"
      ? {
          title: "Your session in Kitsu has ended",
          text: "Kitsu no longer accepts it.",
          advice: "Log in to Kitsu again, then run the action once more.",
        }
      : {
          text: "Kitsu does not accept the account of the action server's bot: its token is over, revoked or wrong.",
          advice: "Your TD renews KITSU_TOKEN.",
        }),
    cause,
  });
}
