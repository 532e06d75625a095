// Reads what a studio's server answers or reports: any response, and the buttons that it offers for
// its run. What it sends may be wrong in any way: whoever wrote the server is told what to change.
import * as v from "valibot";
import { parseJson } from "../../contract/parse-json.ts";
import {
  type Ask,
  Failed,
  INPUT_FIELDS_MAX,
  INPUT_LIST_MAX_CHARS,
  INPUT_MAX_CHARS,
  INPUT_VALUES_MAX,
  type InputValue,
  type ParsedResponse,
  parseResponse,
  ServerAsk,
  type ServerControl,
  ServerDone,
  ServerStarted,
} from "../../contract.ts";
import { joinParagraphs, type Message, message, type Text } from "../format/message.ts";
import type { Reply } from "../format/reply.ts";

/** An undo that is to be offered. `data` is JSON, for `readUndoData`. */
export type ServerUndo = { data: string; lifeS: number; label?: string };

/** The buttons of a run. What is absent stays as it is. */
export type ServerOffers = {
  controls?: readonly ServerControl[] | undefined;
  paused?: boolean | undefined;
  undo?: ServerUndo | undefined;
};

/**
 * - `problem`: why an offer was ignored
 * - `unreadable`: it was meant to be a reply, but is not one
 */
export type ServerAnswer =
  | Exclude<ParsedResponse, { kind: "reply" }>
  | { kind: "reply"; reply: Reply; offers: ServerOffers; problem?: Message | undefined }
  | { kind: "unreadable"; problem: string };

/** The text of an undo's data as JSON may have this many bytes. */
const UNDO_DATA_MAX_BYTES = 16_000;

/** @param server its name in the sentence about a problem */
export function readServerAnswer(server: Text, status: number, contentType: string, body: string): ServerAnswer {
  const parsed = parseResponse(status, contentType, body);
  if (parsed.kind === "reply") {
    const tooMuch = parsed.reply.kind === "ask" ? findExcess(parsed.reply) : undefined;
    if (tooMuch !== undefined) return { kind: "unreadable", problem: tooMuch };
    const { offers, problem } = readOffers(parsed.reply.kind, body);
    return {
      kind: "reply",
      reply: parsed.reply,
      offers,
      problem: problem === undefined ? undefined : message("target.ignoredOffer", { server, problem }),
    };
  }
  const mayBeReply = (parsed.kind === "message" || parsed.kind === "text") && !parsed.failed;
  return (mayBeReply ? explainReply(parseJson(body)) : undefined) ?? parsed;
}

/** The reply, with a sentence about what was ignored: whoever tries the server out sees it. */
export const addProblem = <R extends Reply>(reply: R, problem: Message | undefined): R =>
  problem === undefined ? reply : { ...reply, text: joinParagraphs([reply.text, problem]) };

const Enclosed = v.object({ reply: v.looseObject({}) });
const enclosedOf = (value: unknown): unknown => (v.is(Enclosed, value) ? value.reply : value);

/** What of a question is too much to come back with its answer, which would be refused. */
function findExcess(ask: Ask): string | undefined {
  const parsed = v.safeParse(ServerAsk, ask);
  if (!parsed.success) return explainIssue(parsed.issues[0]);
  if (ask.fields.length > INPUT_FIELDS_MAX) return explainExcess("fields", String(INPUT_FIELDS_MAX));
  const excesses = ask.fields.map(({ value = "" }) => findValueExcess(value));
  const at = excesses.findIndex((excess) => excess !== undefined);
  return at < 0 ? undefined : explainExcess(`fields.${at}.value`, excesses[at] ?? "");
}

function findValueExcess(value: InputValue): string | undefined {
  if (Array.isArray(value) && value.length > INPUT_VALUES_MAX) return `${INPUT_VALUES_MAX} values`;
  const most = Array.isArray(value) ? INPUT_LIST_MAX_CHARS : INPUT_MAX_CHARS;
  const chars = [value].flat().reduce((sum: number, one) => sum + String(one).length, 0);
  return chars > most ? `${most} characters` : undefined;
}

const explainExcess = (path: string, most: string) =>
  `${path}: Expected at most ${most}, because an answer has no more`;

type Offered = { offers: ServerOffers; problem?: string };

function readOffers(kind: Reply["kind"], body: string): Offered {
  // A report on thousands of tasks is not parsed again if it offers nothing.
  if (kind === "started" && /"(?:controls|paused)"/.test(body)) return readControls(enclosedOf(parseJson(body)));
  if (kind === "done" && body.includes('"undo"')) return readUndo(body);
  return { offers: {} };
}

const Controls = v.pick(ServerStarted, ["controls", "paused"]);

function readControls(reply: unknown): Offered {
  const parsed = v.safeParse(Controls, reply);
  return parsed.success ? { offers: parsed.output } : { offers: {}, problem: explainIssue(parsed.issues[0]) };
}

const Undo = v.pick(ServerDone, ["undo"]);
const UndoData = v.object({ undo: v.object({ data: v.optional(v.unknown()) }) });

function readUndo(body: string): Offered {
  const parsed = v.safeParse(Undo, enclosedOf(parseJson(body)));
  if (!parsed.success) return { offers: {}, problem: explainIssue(parsed.issues[0]) };
  const { undo } = parsed.output;
  if (undo === undefined) return { offers: {} };
  // The data is sent back as it came, including what is null.
  const raw = v.safeParse(UndoData, enclosedOf(JSON.parse(body)));
  const data = JSON.stringify({ data: raw.success ? raw.output.undo.data : undefined });
  if (new TextEncoder().encode(data).byteLength > UNDO_DATA_MAX_BYTES)
    return { offers: {}, problem: `undo.data: Expected at most ${UNDO_DATA_MAX_BYTES / 1_000} kB of JSON` };
  return { offers: { undo: { data, lifeS: undo.seconds, ...(undo.label && { label: undo.label }) } } };
}

const StoredUndoData = v.pipe(v.string(), v.parseJson(), v.object({ data: v.optional(v.unknown()) }));

/** The data of an undo, as the server sent it. */
export const readUndoData = (stored: unknown): unknown => v.parse(StoredUndoData, stored).data;

type Button = ServerControl | "resume";

/** The buttons of a run after an answer or a report; `before` stay if it doesn't say. */
export function toControls(before: readonly Button[], { controls, paused }: ServerOffers): Button[] {
  const offered = controls ?? before.map((one) => (one === "resume" ? "pause" : one));
  const isPaused = paused ?? before.includes("resume");
  return [...new Set(offered)].map((one) => (one === "pause" && isPaused ? "resume" : one));
}

const Kind = v.object({ kind: v.string(), title: v.fallback(v.optional(v.string()), undefined) });
const SCHEMAS: ReadonlyMap<string, v.GenericSchema> = new Map<string, v.GenericSchema>([
  ["done", ServerDone],
  ["ask", ServerAsk],
  ["started", ServerStarted],
  ["failed", Failed],
]);

/** What is wrong with JSON that is meant to be a reply. Undefined if it is something else. */
function explainReply(value: unknown): ServerAnswer | undefined {
  const reply = enclosedOf(value);
  const found = v.safeParse(Kind, reply);
  if (!found.success) return undefined;
  const { kind, title } = found.output;
  const schema = SCHEMAS.get(kind);
  // Other JSON may have a kind, too, but hardly a title.
  if (schema === undefined) return title === undefined ? undefined : { kind: "newer", replyKind: kind, title };
  const parsed = v.safeParse(schema, reply);
  return parsed.success ? undefined : { kind: "unreadable", problem: explainIssue(parsed.issues[0]) };
}

/** "undo.seconds: Invalid type: Expected number but received "600"" */
const explainIssue = (issue: v.BaseIssue<unknown>): string =>
  [v.getDotPath(issue), issue.message].filter((part) => part !== null).join(": ");
