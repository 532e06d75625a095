// The reply that an answer of a studio's server makes, whatever it is.
import { Failure } from "../../format/failure.ts";
import { joinSentences, type Message, message, type Text } from "../../format/message.ts";
import type { Done, Reply } from "../../format/reply.ts";
import { truncate } from "../../request/request-snapshot.ts";
import { exceedsJsonLimits, parseJson } from "../../services/http.ts";
import { addProblem, readServerAnswer, type ServerAnswer, type ServerOffers } from "../../services/server-answer.ts";
import { brokenAnswer, type ForwardTarget, type StudioAnswer, unreadableReply } from "../../services/webhook-client.ts";

const TITLE_MAX_CHARS = 200;
const TEXT_MAX_CHARS = 2_000;

export type AnsweredCall = { reply: Reply; offers: ServerOffers };

/** Reads the answer to a call. Throws a Failure if it is a refusal, or broken. */
export function readCallAnswer(answer: StudioAnswer, target: ForwardTarget): AnsweredCall {
  if (answer.location !== undefined) return { reply: openPage(answer.location, target), offers: {} };
  const parsed = parseAnswer(answer, target);
  // The answer to a question from the server is sent to this action.
  if (parsed.kind === "reply" && parsed.reply.kind === "ask")
    return { reply: { ...parsed.reply, form: target.id }, offers: {} };
  if (parsed.kind === "reply" && parsed.reply.kind === "failed" && answer.status >= 400)
    throw new Failure("target-refused", { reply: parsed.reply, status: toStatus(answer.status) });
  if (parsed.kind === "reply") return { reply: addProblem(parsed.reply, parsed.problem), offers: parsed.offers };
  return { reply: toReply(parsed, answer, target), offers: {} };
}

type ReadableAnswer = Exclude<ServerAnswer, { kind: "unreadable" }>;

/** Throws a Failure if it is JSON that can't be read. */
export function parseAnswer(
  { status, contentType, body }: StudioAnswer,
  target: ForwardTarget,
  maybeDone?: Message,
): ReadableAnswer {
  if (exceedsJsonLimits(body)) throw brokenAnswer(target, maybeDone);
  const parsed = readServerAnswer(target.title, status, contentType, body);
  // JSON that can't be parsed is incomplete: don't show the beginning of it as a message.
  if (parsed.kind === "text" && !parsed.failed && /json/i.test(contentType) && parseJson(body) === undefined)
    throw brokenAnswer(target, maybeDone);
  if (parsed.kind === "unreadable") throw unreadableReply(target, parsed.problem, maybeDone);
  return parsed;
}

function openPage(url: string, { title }: ForwardTarget): Reply {
  return {
    kind: "done",
    severity: "success",
    title,
    text: message("forward.hasPage"),
    effects: [{ kind: "open", url, label: message("forward.openPage") }],
  };
}

function toReply(
  parsed: Exclude<ReadableAnswer, { kind: "reply" }>,
  { status }: StudioAnswer,
  target: ForwardTarget,
): Reply {
  if (parsed.kind === "newer") return inform(parsed.title || target.title, describeUnknownKind(parsed.replyKind));
  if (parsed.failed) throw refused(parsed, status, target);
  switch (parsed.kind) {
    case "message":
      return succeed(parsed.title, parsed.text);
    case "text":
      return succeed(target.title, parsed.text);
    case "html":
      return {
        ...inform(parsed.title || target.title, message("forward.answeredPage")),
        document: parsed.html,
      };
    case "nothing":
      return succeed(target.title, message("forward.accepted"));
  }
}

const describeUnknownKind = (kind: string): Text =>
  joinSentences([
    message("forward.newerAnswer", { kind: truncate(kind, 60) }),
    message("forward.knownKinds", { kinds: ['"done"', '"failed"', '"ask"', '"started"'] }),
  ]) ?? "";

export const succeed = (title: Text, text?: Text): Done => ({
  kind: "done",
  severity: "success",
  title: shorten(title, TITLE_MAX_CHARS),
  text: text && shorten(text, TEXT_MAX_CHARS),
});

const inform = (title: Text, text: Text) =>
  ({ kind: "done", severity: "info", title: shorten(title, TITLE_MAX_CHARS), text }) as const;

/** The server's own texts may be too long; ours are not. */
const shorten = (text: Text, most: number): Text => (typeof text === "string" ? truncate(text, most) : text);

/** @param consequence what the refusal means for the person, if the server's words don't say it */
export function refused(
  parsed: ServerAnswer,
  status: number,
  { title }: ForwardTarget,
  consequence?: Message,
): Failure {
  const { own, text } = readWords(parsed);
  return new Failure("target-refused", {
    ...(own !== undefined && { title: shorten(own, TITLE_MAX_CHARS) }),
    text: shorten(text ?? message("forward.refused", { title, status: String(status) }), TEXT_MAX_CHARS),
    advice: joinSentences([(status === 401 || status === 403) && message("forward.checkSecret"), consequence]),
    status: toStatus(status),
  });
}

/** A 401 refuses our signature, not the person. A 5xx makes this worker a bad gateway. */
const toStatus = (status: number) => (status >= 400 && status < 500 && status !== 401 ? status : 502);

/** What the server says in its own words. */
function readWords(parsed: ServerAnswer): { own?: Text | undefined; text?: Text | undefined } {
  switch (parsed.kind) {
    case "reply":
      return { own: parsed.reply.title, text: parsed.reply.text };
    case "message":
      return { own: parsed.title, text: parsed.text };
    case "text":
      return { text: parsed.text };
    default:
      return {};
  }
}
