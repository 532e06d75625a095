// How Afanasy's server, or the relay in front of it, is asked: HTTP with the server's own header, limits, and what it means when no answer comes.
import * as v from "valibot";
import { Failure, findPlatformLimit } from "../failure.ts";
import { readError } from "./afanasy-answers.ts";
import { parseAnswer } from "./afanasy-codec.ts";
import { MIB, readText } from "./bounded-body.ts";

export type AfanasyTarget = {
  /** the server's address, or its relay's */
  url: string;
  /** the relay's */
  token?: string | undefined;
  /** Cloudflare Access in front of either */
  access?: { id: string; secret: string } | undefined;
};

/** No answer, or none that can be read. The server may have done what it was asked, may have died of it, or may never have heard it. */
export type Silence = { silence: "closed" | "late" | "unreadable" };

export const isSilence = (answer: unknown): answer is Silence => v.is(v.object({ silence: v.string() }), answer);

export type Limits = { answerMaxMs: number; answerMaxBytes: number };

/** The answer as JSON, whatever is in it, or a Silence. Throws where it is certain that the server was never asked. */
export async function askAfanasy(
  { url, token, access }: AfanasyTarget,
  body: Uint8Array,
  signal: AbortSignal,
  { answerMaxMs, answerMaxBytes }: Limits,
): Promise<unknown> {
  const overtime = AbortSignal.timeout(answerMaxMs);
  try {
    const response = await fetch(url, {
      method: "POST",
      redirect: "manual",
      signal: AbortSignal.any([signal, overtime]),
      headers: {
        // Few and short: the server reads its headers from the first packet alone.
        // In capitals: most versions compare it letter by letter.
        AFANASY: String(body.byteLength),
        "content-type": "application/json",
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(access !== undefined && { "cf-access-client-id": access.id, "cf-access-client-secret": access.secret }),
      },
      // Of known length, and so never in chunks, which the server would read as JSON.
      body,
    });
    return judge(response.status, await readText(response, answerMaxBytes, () => tooLarge(answerMaxBytes)));
  } catch (thrown) {
    if (thrown instanceof Failure) throw thrown;
    if (signal.aborted) throw signal.reason;
    const limit = findPlatformLimit(thrown);
    if (limit !== undefined) throw limit;
    const silence: Silence = { silence: overtime.aborted ? "late" : "closed" };
    return silence;
  }
}

/** The relay says what became of a message that it could not deliver. */
const Relayed = v.object({ relay: v.picklist(["unreachable", "busy", "closed", "late"]) });

function judge(status: number, text: string): unknown {
  const answer = parseAnswer(text);
  const relayed = v.safeParse(Relayed, answer);
  if (relayed.success) {
    const { relay } = relayed.output;
    if (relay === "unreachable" || relay === "busy")
      throw unreachable(`Its relay says: ${readError(answer) ?? relay}.`);
    const silence: Silence = { silence: relay };
    return silence;
  }
  if (status >= 300 && status < 500) throw barred(status, readError(answer));
  // A tunnel's page about a server that is not there, or hung up.
  if (status >= 500 || text.trim() === "") return { silence: "closed" } satisfies Silence;
  return answer ?? ({ silence: "unreadable" } satisfies Silence);
}

const tooLarge = (most: number) =>
  new Failure("farm-broken", { text: `Afanasy answered more than ${most / MIB} MiB.`, retry: true });

export const unreachable = (what: string) =>
  new Failure("farm-unreachable", {
    text: `Afanasy can't be reached. ${what}`,
    advice: "Try again in a minute; then ask your TD whether its server, its relay and the tunnel are running.",
    retry: true,
  });

const SILENT = {
  closed: "It closed the connection without an answer, or there was none.",
  late: "It did not answer in time.",
  unreadable: "It answered something that can't be understood.",
} as const;

/** To a question that can be asked again. */
export const silent = ({ silence }: Silence) =>
  silence === "unreadable"
    ? new Failure("farm-broken", { text: `Afanasy: ${SILENT.unreadable}`, advice: "Ask your TD.", retry: true })
    : unreachable(SILENT[silence]);

export const refused = (error: string) =>
  new Failure("farm-refused", { text: `Afanasy refused: ${error}`, advice: "Ask your TD." });

/** Cloudflare Access, or the relay: what was sent did not get through to the server. */
function barred(status: number, error: string | undefined): Failure {
  if (error !== undefined && status !== 401) return refusedByRelay(error);
  const isLogin = status < 400 || status === 401 || status === 403;
  return new Failure("farm-refused", {
    text: isLogin
      ? `The way to Afanasy is closed to this action server: it answered with the status ${status}${error === undefined ? "" : `, ${error}`}.`
      : `Something other than Afanasy answered, with the status ${status}.`,
    advice:
      "Your TD checks the address in AFANASY, and the secrets AFANASY_TOKEN, AFANASY_ACCESS_ID and AFANASY_ACCESS_SECRET.",
  });
}

/** A person can change nothing about it; whoever looks after the relay is told which of its settings it is. */
const refusedByRelay = (error: string) =>
  new Failure("farm-refused", {
    text: `The studio's relay to Afanasy does not allow this: ${error}. Ask your TD to allow it there.`,
    advice:
      "Your TD finds what is allowed in the relay's configuration, under services, operations and environment; `relay.py check` lists it, and the relay's log has the command.",
  });
