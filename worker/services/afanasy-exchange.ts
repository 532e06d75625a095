// Sends one message to Afanasy's server, or to the studio's relay in front of it, and interprets the
// answer, or its absence.
import * as v from "valibot";
import { Failure } from "../failure.ts";
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
 * No answer, or an unreadable one. The server may have done what it was asked to, may have crashed over
 * it, or may never have received it.
 */
export type Silence = { silence: "closed" | "late" | "unreadable" };

export const isSilence = (answer: unknown): answer is Silence => v.is(v.object({ silence: v.string() }), answer);

type Limits = { answerMaxMs: number; answerMaxBytes: number };

/** The answer's JSON, unchecked, or a Silence. Throws if it is certain that the server got no message. */
export async function askAfanasy(
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
    if (thrown.kind === "too-large") throw new Failure("farm-broken", { text: thrown.message, retry: true });
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
      throw unreachable(`Its relay reports: ${readError(answer) ?? relay}.`);
    return { silence: relay } satisfies Silence;
  }
  if (status >= 300 && status < 500) throw blocked(status, readError(answer));
  // A tunnel's error page for a server that is down or closed the connection.
  if (status >= 500 || text.trim() === "") return { silence: "closed" } satisfies Silence;
  return answer ?? ({ silence: "unreadable" } satisfies Silence);
}

export const unreachable = (what: string) =>
  new Failure("farm-unreachable", {
    text: `Afanasy can't be reached. ${what}`,
    advice: "Try again in a minute; then ask your TD whether its server, its relay and the tunnel are running.",
    retry: true,
  });

/** The failure of a request that is safe to repeat. */
export function failSilence({ silence }: Silence): Failure {
  if (silence === "late") return unreachable("It did not answer in time.");
  if (silence === "closed") return unreachable("It closed the connection without an answer, or there was none.");
  return new Failure("farm-broken", {
    text: "Afanasy's answer has an unexpected format.",
    advice: "Ask your TD.",
    retry: true,
  });
}

export const refused = (error: string) =>
  new Failure("farm-refused", { text: `Afanasy refused: ${error}`, advice: "Ask your TD." });

/** Cloudflare Access or the relay refused the message before it reached the server. */
function blocked(status: number, error: string | undefined): Failure {
  if (error !== undefined && status !== 401) return refusedByRelay(error);
  const isLogin = status < 400 || status === 401 || status === 403;
  return new Failure("farm-refused", {
    text: isLogin
      ? `This action server has no access to Afanasy: status ${status}${error === undefined ? "" : `, ${error}`}.`
      : `A server other than Afanasy answered, with status ${status}.`,
    advice:
      "Ask your TD to check the address in AFANASY and the secrets AFANASY_TOKEN, AFANASY_ACCESS_ID and AFANASY_ACCESS_SECRET.",
  });
}

/** Only the relay's administrator can fix this, so the advice names the settings. */
const refusedByRelay = (error: string) =>
  new Failure("farm-refused", {
    text: `The studio's relay to Afanasy does not allow this: ${error}. Ask your TD to allow it there.`,
    advice:
      "For your TD: the relay's configuration has what is allowed, under services, operations and environment. `relay.py check` lists it, and the relay's log has the command.",
  });
