// Compares two replies to the same call, line by line, without what differs from run to run.
import type { Reply } from "../../../contract.ts";
import { describeOutcome, describeReply } from "./describe-reply.ts";

/** `lines` begin with "- " (only before), "+ " (only now) or "  " (both). */
export type Comparison = { isSame: boolean; lines: string[]; isPlanOnly: boolean };

/** How the worker begins the title of a dry run, in English. */
const DRY = "Dry run: ";

/** Of a dry run, only the plan can be compared with what was done. */
export function compareReplies(before: Reply, now: Reply): Comparison {
  const isPlanOnly = isPlan(now) && !isPlan(before) && (before.kind === "done" || before.kind === "started");
  const [one, other] = isPlanOnly
    ? [describePlan(before), describePlan(now)]
    : [describeReply(before), describeReply(now)];
  const lines = diff(one.map(normalize), other.map(normalize));
  return { isSame: lines.every((line) => line.startsWith(" ")), lines, isPlanOnly };
}

const isPlan = ({ kind, title }: Reply) => kind === "done" && title.startsWith(DRY);

/** Of what was done, and of what would be done: which tasks it is about, and which are left out. */
const describePlan = (reply: Reply): string[] =>
  (reply.kind === "ask" ? [] : (reply.outcomes ?? []))
    .map(({ state, reason, ...outcome }) =>
      state === "skipped" ? { ...outcome, state, reason } : { ...outcome, state: "planned" as const },
    )
    .map(describeOutcome)
    .toSorted();

const normalize = (line: string): string =>
  line
    .replace(/\bhttps?:\/\/[^/\s"|]+/g, "<address>")
    .replace(/[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}/gi, "<id>")
    .replace(/\b[0-9a-f]{32,64}\b|\(masked\)/g, "<id>")
    .replace(/\b\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?/g, "<time>")
    .replace(/\b\d{1,2}:\d{2}(:\d{2})?( ?[ap]m)?\b/gi, "<time>")
    .replace(/([?&]at=)\d+/g, "$1<time>");

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
