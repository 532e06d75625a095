// Sends one message to Afanasy's server, or to the studio's relay in front of it, and interprets
// the answer, or its absence.
import * as v from "valibot";
import { Failure } from "../format/failure.ts";
import { joinSentences, message, type Text } from "../format/message.ts";
import { readError } from "./afanasy-answers.ts";
import { parseAnswer } from "./afanasy-codec.ts";
import { type AccessToken, accessHeaders, HttpError, sendRequest, startDeadline } from "./http.ts";

export type AfanasyTarget = {
  /** of the server or its relay */
  url: string;
  /** of the relay */
  token?: string | undefined;
  /** for Cloudflare Access in front of either */
  access?: AccessToken | undefined;
};

/**
 * No answer, or an unreadable one. The server may have done what it was asked to, may have crashed
 * over it, or may never have received it.
 */
export type Silence = { silence: "closed" | "late" | "unreadable" };

export const isSilence = (answer: unknown): answer is Silence => v.is(v.object({ silence: v.string() }), answer);

type Limits = { answerMaxMs: number; answerMaxBytes: number };

/**
 * The answer's JSON, unchecked, or a Silence. Throws if it is certain that the server got no
 * message.
 */
export async function sendMessage(
  { url, token, access }: AfanasyTarget,
  body: Uint8Array,
  signal: AbortSignal,
  { answerMaxMs, answerMaxBytes }: Limits,
): Promise<unknown> {
  try {
    const answer = await sendRequest({
      server: "Afanasy",
      url,
      method: "POST",
      headers: {
        // Few and short: the server reads its headers from the first packet only.
        // In capitals: most versions compare the name letter by letter.
        AFANASY: String(body.byteLength),
        "content-type": "application/json",
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...accessHeaders(access),
      },
      // Of known length, so that it is not sent in chunks: the server would read those as JSON.
      body,
      signal,
      deadline: startDeadline(answerMaxMs),
    });
    return readAnswer(answer.status, await answer.readText(answerMaxBytes));
  } catch (thrown) {
    if (!(thrown instanceof HttpError)) throw thrown;
    if (thrown.kind === "too-large") throw new Failure("farm-broken", { text: thrown.text, retry: true });
    return { silence: thrown.kind === "timeout" ? "late" : "closed" } satisfies Silence;
  }
}

/** The relay's answer for a message that it could not deliver. */
const RelayError = v.object({ relay: v.picklist(["unreachable", "busy", "closed", "late"]) });

function readAnswer(status: number, text: string): unknown {
  const answer = parseAnswer(text);
  const relayError = v.safeParse(RelayError, answer);
  if (relayError.success) {
    const { relay } = relayError.output;
    if (relay === "unreachable" || relay === "busy")
      throw unreachable(message("afanasy.relayReports", { error: readError(answer) ?? relay }));
    return { silence: relay } satisfies Silence;
  }
  if (status >= 300 && status < 500) throw blocked(status, readError(answer));
  // A tunnel's error page for a server that is down or closed the connection.
  if (status >= 500 || text.trim() === "") return { silence: "closed" } satisfies Silence;
  return answer ?? ({ silence: "unreadable" } satisfies Silence);
}

export const unreachable = (what: Text) =>
  new Failure("farm-unreachable", {
    text: joinSentences([message("afanasy.unreachable"), what]),
    advice: message("afanasy.isItRunning"),
    retry: true,
  });

/** The failure of a request that is safe to repeat. */
export function failSilence({ silence }: Silence): Failure {
  if (silence === "late") return unreachable(message("afanasy.late"));
  if (silence === "closed") return unreachable(message("afanasy.closed"));
  return new Failure("farm-broken", {
    text: message("afanasy.badFormat"),
    advice: message("afanasy.askTd"),
    retry: true,
  });
}

export const refused = (error: Text) =>
  new Failure("farm-refused", { text: message("afanasy.refused", { error }), advice: message("afanasy.askTd") });

/** Cloudflare Access or the relay refused the message before it reached the server. */
function blocked(status: number, error: Text | undefined): Failure {
  if (error !== undefined && status !== 401) return refusedByRelay(error);
  const isLogin = status < 400 || status === 401 || status === 403;
  return new Failure("farm-refused", {
    text: isLogin ? describeLogin(String(status), error) : message("afanasy.otherServer", { status: String(status) }),
    advice: message("afanasy.checkAddress"),
  });
}

const describeLogin = (status: string, error: Text | undefined) =>
  error === undefined ? message("afanasy.noAccess", { status }) : message("afanasy.noAccessBecause", { status, error });

/** Only the relay's administrator can fix this, so the advice names the settings. */
const refusedByRelay = (error: Text) =>
  new Failure("farm-refused", {
    text: message("afanasy.refusedByRelay", { error }),
    advice: message("afanasy.allowInRelay"),
  });
