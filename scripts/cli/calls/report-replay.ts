// Prints how the reply to a replayed call differs from the recorded one.
import * as v from "valibot";
import { type Fixture, Reply } from "../../../contract.ts";
import { findCallField } from "../../../worker/request/call.ts";
import { linkHelp } from "../../describe-refusal.ts";
import { compareReplies } from "./compare-replies.ts";
import { printReply } from "./describe-reply.ts";
import { COULD_NOT } from "./options.ts";

const SAME = 0;
const DIFFERENT = 1;

const NO_PLAN =
  "This action has no plan, so a dry run can't be compared with what was done. To run it and compare: --for-real.";
const FAILED_LATER =
  "A dry run ends before the action itself, where the recorded run failed. To run it and compare: --for-real.";

const WHO =
  "The fixture knows the person only as “Person 1”. To send it as somebody whom that server accepts: --as, with the id of the person, as in “Call” on the run's page.";

/** Unchanged lines around a change. Longer stretches are left out. */
const CONTEXT_LINES = 3;

type Answered<R extends Reply | undefined> = { fixture: Fixture; reply: R };

/** `others`: it was sent with other tasks than the recorded ones. `worker`: where it was sent. */
type Place = { others: boolean; worker: string };

/** @returns the exit code */
export function reportReplay(
  recorded: Answered<Reply | undefined>,
  replayed: Answered<Reply>,
  { others, worker }: Place,
): number {
  if (others) console.log("The playground does not have these tasks: others take their places.");
  if (recorded.reply === undefined) {
    printReply(replayed.reply, worker);
    return replayed.reply.kind === "failed" ? DIFFERENT : SAME;
  }
  const before = withoutPlace(recorded.fixture, recorded.reply, { others, worker: recorded.fixture.recorded?.from });
  const now = withoutPlace(replayed.fixture, replayed.reply, { others, worker });
  const { isSame, lines, compared } = compareReplies(before, now);
  if (compared === "nothing") {
    const why = before.kind === "failed" ? FAILED_LATER : NO_PLAN;
    printReply(replayed.reply, worker);
    console.log(`\n${why}`);
    return COULD_NOT;
  }
  if (compared === "plan") {
    // What it would do there may differ from what was done, such as the folder of a render.
    printReply(replayed.reply, worker);
    console.log("\nOnly which tasks it would run on is compared, because it was a dry run.");
  }
  const same = compared === "plan" ? "The tasks are the same." : "The replies are the same.";
  console.log(isSame ? same : `- recorded\n+ replayed\n\n${fold(lines).join("\n")}`);
  const help = replayed.reply.kind === "failed" && linkHelp(worker, replayed.reply.code);
  if (help && !isSame) console.log(`\n${help}`);
  const isRefused = (reply: Reply) => reply.kind === "failed" && reply.code === "person-not-accepted";
  if (isRefused(replayed.reply) && !isRefused(recorded.reply)) console.log(`\n${WHO}`);
  return isSame ? SAME : DIFFERENT;
}

/**
 * Another Kitsu has another host and page, another worker another address, which may have a path,
 * and other tasks have other names.
 */
function withoutPlace(
  { request, tasks }: Fixture,
  reply: Reply,
  { others, worker }: { others: boolean; worker: string | undefined },
): Reply {
  const names = new Map<string, string>(worker === undefined ? [] : [[worker, "http://worker"]]);
  for (const [name, value] of [...request.query, ...request.fields]) {
    const field = findCallField(name);
    if ((field === "server" || field === "path") && typeof value === "string" && value.length > 1)
      names.set(value, `<${field}>`);
  }
  const replace = (value: unknown): unknown => {
    if (typeof value === "string")
      return [...names].reduce((text, [place, name]) => text.replaceAll(place, name), value);
    if (Array.isArray(value)) return value.map(replace);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, replace(member)]));
  };
  const outcomes = reply.outcomes?.map((outcome) => {
    const at = others ? tasks.findIndex(({ id }) => id === outcome.id) : -1;
    return at < 0 ? outcome : { ...outcome, label: `task ${at + 1}` };
  });
  return v.parse(Reply, replace({ ...reply, outcomes }));
}

/** Leaves out what did not change, except next to a change. */
function fold(lines: readonly string[]): string[] {
  const isShown = (at: number) =>
    lines.slice(Math.max(0, at - CONTEXT_LINES), at + CONTEXT_LINES + 1).some((line) => !line.startsWith(" "));
  return lines.flatMap((line, at) => {
    if (isShown(at)) return [line];
    return at === 0 || isShown(at - 1) ? ["  …"] : [];
  });
}
