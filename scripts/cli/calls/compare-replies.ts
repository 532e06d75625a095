// Compares two replies to the same call, line by line, without what differs from run to run.
import type { Done, Effect, Reply } from "../../../contract.ts";
import { decodeLink } from "../../../worker/launch/decode-link.ts";
import { maskSecrets } from "../../../worker/request/mask-secrets.ts";
import { describeOutcome, describeReply } from "./describe-reply.ts";

/**
 * - `lines` begin with "- " (only before), "+ " (only now) or "  " (both)
 * - `compared`: the whole replies, or of a dry run only its plan, or nothing, because the dry run
 *   ended before what the recorded run did
 */
export type Comparison = { isSame: boolean; lines: string[]; compared: "all" | "plan" | "nothing" };

/** How the worker begins the title of a dry run, in English. */
const DRY = "Dry run: ";

/** Failures before an action runs, which a dry run has, too. */
const REFUSALS: readonly string[] = [
  "body-too-large",
  "empty-selection",
  "invalid-call",
  "method-not-allowed",
  "not-allowed",
  "origin-not-allowed",
  "person-not-accepted",
  "too-many-calls",
  "unknown-action",
  "unsupported-media-type",
];

export function compareReplies(before: Reply, now: Reply): Comparison {
  const compared = isPlan(now) && !isPlan(before) ? decideScope(before, now) : "all";
  const wasAsked = before.kind === "ask";
  const describe = (reply: Reply) => (compared === "plan" ? describePlan(reply, wasAsked) : describeWhole(reply));
  const [one, other] = [before, now].map((reply) => renumberPeople(describe(reply)).map(normalize));
  const lines = diff(one ?? [], other ?? []);
  return { isSame: lines.every((line) => line.startsWith(" ")), lines, compared };
}

const isPlan = (reply: Reply): reply is Done => reply.kind === "done" && reply.title.startsWith(DRY);

function decideScope(before: Reply, now: Done): Comparison["compared"] {
  const hasPlan = (now.outcomes?.length ?? 0) > 0;
  if (before.kind === "failed")
    return REFUSALS.includes(before.code) || (hasPlan && before.code === "nothing-to-do") ? "all" : "nothing";
  // A form that is not shown now is a difference.
  if (before.kind === "ask") return before.fields.some(({ type }) => type !== "hidden") ? "all" : "plan";
  return hasPlan && before.outcomes?.length ? "plan" : "nothing";
}

/** For a question, all of it. Of what was done, only the tasks, and which of them are left out. */
function describePlan(reply: Reply, wasAsked: boolean): string[] {
  const tasks = (reply.outcomes ?? []).map(({ state, reason, ...outcome }) =>
    wasAsked || state === "skipped" ? { ...outcome, state, reason } : { ...outcome, state: "planned" as const },
  );
  return [...(wasAsked ? [reply.title.replace(DRY, "")] : []), ...tasks.map(describeOutcome).toSorted()];
}

/**
 * The action `debug` shows the request: its headers and its path are those of this program. Of
 * JSON to copy, each member has a line of its own.
 */
function describeWhole(reply: Reply): string[] {
  if (reply.kind !== "done") return describeReply(reply);
  const tables = reply.tables?.filter(({ columns }) => columns.join() !== "Header,Value");
  const effects = reply.effects?.map((effect): Effect => {
    if (effect.kind === "copy") return { ...effect, text: breakJson(effect.text) };
    // As in a fixture.
    if (effect.kind === "launch")
      return { ...effect, ways: effect.ways.map((way) => ({ ...way, url: decodeLink(way.url) })) };
    return effect;
  });
  return describeReply({ ...reply, tables, effects });
}

function breakJson(text: string): string {
  try {
    return JSON.stringify(
      JSON.parse(text, (name, value: unknown) => (name === "isDry" ? undefined : value)),
      null,
      2,
    );
  } catch {
    return text;
  }
}

/**
 * A fixture numbers its people as they occur in the call and the reply, and here only the replies
 * are compared. Person 1 is the caller in both.
 */
function renumberPeople(lines: readonly string[]): string[] {
  const numbers = new Map([["1", "1"]]);
  const renumber = (_: string, name: string, number: string) => {
    const other = numbers.get(number) ?? String(numbers.size + 1);
    numbers.set(number, other);
    return name + other;
  };
  return lines.map((line) => line.replace(/(\bperson(?:[ ._+-]|%20)?)(\d+)/gi, renumber));
}

const normalize = (line: string): string =>
  maskSecrets(line)
    .replace(/\bhttps?%(?:25)*3A%(?:25)*2F%(?:25)*2F[^%\s"|]+(?:%(?:25)*3A\d+)?/gi, "<address>")
    .replace(/\bhttps?:\/\/[^/\s"|]+/g, "<address>")
    .replace(/[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}/gi, "<id>")
    .replace(/\b[0-9a-f]{32,64}\b|\(masked\)/g, "<id>")
    .replace(/\b\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?/g, "<time>")
    .replace(/\b\d{1,2}:\d{2}(:\d{2})?( ?[ap]m)?\b/gi, "<time>")
    .replace(/([?&]at=)\d+/g, "$1<time>")
    .replace(
      /(<time>(?: UTC)?, )(?:now|today|yesterday|tomorrow|(?:this|last|next) [a-z]+|in [\d,]+ [a-z]+)\b/g,
      "$1<ago>",
    )
    .replace(/\b(?:[\d,]+|an?) (?:second|minute|hour|day|week|month|year)s? ago\b/g, "<ago>");

/** The most lines whose order is compared exactly. Of more, those in between count as replaced. */
const EXACT_MAX = 2_000;

/** The longest common subsequence, after what is the same at both ends. */
function diff(one: readonly string[], other: readonly string[]): string[] {
  let start = 0;
  while (start < one.length && start < other.length && one[start] === other[start]) start += 1;
  let end = 0;
  while (end < one.length - start && end < other.length - start && one.at(-1 - end) === other.at(-1 - end)) end += 1;
  const [before, after] = [one.slice(start, one.length - end), other.slice(start, other.length - end)];
  const same = (lines: readonly string[]) => lines.map((line) => `  ${line}`);
  const middle =
    before.length * after.length > EXACT_MAX ** 2
      ? [...before.map((line) => `- ${line}`), ...after.map((line) => `+ ${line}`)]
      : align(before, after);
  return [...same(one.slice(0, start)), ...middle, ...same(end === 0 ? [] : one.slice(-end))];
}

function align(before: readonly string[], after: readonly string[]): string[] {
  const width = after.length + 1;
  const longest = new Uint32Array((before.length + 1) * width);
  const at = (row: number, column: number) => longest[row * width + column] ?? 0;
  for (let row = before.length - 1; row >= 0; row -= 1)
    for (let column = after.length - 1; column >= 0; column -= 1)
      longest[row * width + column] =
        before[row] === after[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
  const lines: string[] = [];
  let [row, column] = [0, 0];
  while (row < before.length || column < after.length) {
    if (row < before.length && column < after.length && before[row] === after[column]) {
      lines.push(`  ${before[row]}`);
      row += 1;
      column += 1;
    } else if (column >= after.length || (row < before.length && at(row + 1, column) >= at(row, column + 1))) {
      lines.push(`- ${before[row]}`);
      row += 1;
    } else {
      lines.push(`+ ${after[column]}`);
      column += 1;
    }
  }
  return lines;
}
