// kitsu-actions replay: sends a recorded call again, and compares the replies.
import type { Fixture, Reply } from "../../contract.ts";
import { replaceInCall } from "../../testing/fixture-call.ts";
import { KITSU_CALLS } from "../../testing/kitsu-calls.ts";
import { maskPeople } from "../../worker/format/mask-people.ts";
import { CliError } from "../cli-error.ts";
import { openTerminal } from "../register/terminal.ts";
import { compareReplies } from "./calls/compare-replies.ts";
import { describeReply } from "./calls/describe-reply.ts";
import { COULD_NOT, readArguments, readPlayground, readWorker } from "./calls/options.ts";
import { castCall, type InPlayground, openPlayground } from "./calls/playground.ts";
import { readFixture } from "./calls/read-fixture.ts";
import { readReplayed } from "./calls/replayed.ts";
import { isLocal } from "./calls/request.ts";
import { sendCall } from "./calls/send-call.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const USAGE = `npx kitsu-actions replay <run or file> [--against http://localhost:8787] [--dry | --for-real] [--as <who>]

  <run or file>      the address of a run's page, a fixture, or the name of a call in --list.
                     For a run, LOG_TOKEN or LOG_TOKEN_FILE gives access to the log.
  --against <url>    the action server to send it to; that of npm start if absent
  --dry              only ask what the action would do; the default
  --for-real         run the action
  --yes              even if that is the action server where the run was recorded
  --as <who>         the id or the e-mail address of the person who sends it; in a playground also a role: artist
  --playground <url> where the tasks and people of a playground are; http://localhost:8788 for a server on this machine
  --list             the calls that every version of Kitsu has sent since 2017

KITSU_SESSION and ACCESS_TOKEN are sent along, as in the curl command of a run's page. Access to the other
server's log, AGAINST_LOG_TOKEN, gives a better comparison: names are masked in both replies.
Exits with 0 if the replies are the same, with 1 if they differ, and with 2 if they could not be compared.`;

const OPTIONS = {
  against: { type: "string" },
  dry: { type: "boolean" },
  "for-real": { type: "boolean" },
  yes: { type: "boolean", short: "y" },
  as: { type: "string" },
  playground: { type: "string" },
  list: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

const NO_PLAN =
  "This action has no plan, so a dry run can't be compared with what was done. To run it and compare: --for-real.";

const EXIT_CODES = { same: 0, different: 1 } as const;

/** @returns the exit code */
export async function replay(args: readonly string[], env: Environment = process.env): Promise<number> {
  try {
    return await run(args, env);
  } catch (thrown) {
    if (!(thrown instanceof CliError)) throw thrown;
    throw new CliError(thrown.message, { cause: thrown.cause, exitCode: COULD_NOT });
  }
}

async function run(args: readonly string[], env: Environment): Promise<number> {
  const { values, positionals } = readArguments(args, OPTIONS, USAGE);
  if (values.help || values.list) {
    console.log(values.list ? listCalls() : USAGE);
    return EXIT_CODES.same;
  }
  const [source, another] = positionals;
  if (source === undefined || another !== undefined) throw new CliError(`replay takes one run or file.\n\n${USAGE}`);
  if (values.dry && values["for-real"])
    throw new CliError("--dry and --for-real contradict each other: use one of them.");
  const base = readWorker("--against", values.against, env);
  const isDry = !values["for-real"];
  const recorded = await readFixture(source, env);
  if (!isDry && recorded.recorded && isSame(recorded.recorded.from, base) && !values.yes)
    await confirm(base, recorded.action);
  const address = readPlayground(values.playground, base, env);
  const playground = address === undefined ? undefined : await openPlayground(address);
  const cast = playground && castCall(playground, recorded, values.as ?? recorded.person.role ?? "manager");
  const call = replaceInCall(recorded, cast ?? { ...(values.as !== undefined && { person: readPerson(values.as) }) });
  const answer = await sendCall(call, { base, isDry, confirms: recorded.request.confirmed ?? false, env });
  const masked = maskPeople(answer.reply, knownAs(cast), playground?.people.map(knownAs) ?? []);
  const replayed = await readReplayed(answer, masked, base, env);
  if (answer.run !== undefined) console.log(`${isDry ? "Dry run" : "Run"}: ${answer.run.url}\n`);
  return report(recorded, replayed, cast);
}

const knownAs = (
  person: { id?: string; email?: string; full_name?: string } | { person: InPlayground["person"] } | undefined,
) => {
  const { id, email, full_name: name } = person === undefined ? {} : "person" in person ? person.person : person;
  return { id, email, name };
};

function report(recorded: Fixture, replayed: Reply, cast: InPlayground | undefined): number {
  if (recorded.reply === undefined) {
    console.log(describeReply(replayed).join("\n"));
    return replayed.kind === "failed" ? EXIT_CODES.different : EXIT_CODES.same;
  }
  const ids = cast?.replaced ? [recorded.tasks, cast.tasks].map((tasks) => tasks.map(({ id }) => id)) : [];
  const before = withNumbers(recorded.reply, ids[0]);
  const { isSame, lines, isPlanOnly } = compareReplies(before, withNumbers(replayed, ids[1]));
  if (cast?.replaced) console.log("The playground does not have these tasks: others take their places.");
  if (isPlanOnly && before.outcomes?.length && !replayed.outcomes?.length) {
    console.log(`${describeReply(replayed).join("\n")}\n\n${NO_PLAN}`);
    return COULD_NOT;
  }
  if (isPlanOnly) console.log("Only which tasks it would run on is compared, because it was a dry run.");
  console.log(isSame ? "The replies are the same." : `- recorded\n+ replayed\n\n${lines.join("\n")}`);
  return isSame ? EXIT_CODES.same : EXIT_CODES.different;
}

/** Other tasks have other names. */
function withNumbers(reply: Reply, ids: readonly string[] = []): Reply {
  if (reply.outcomes === undefined) return reply;
  const outcomes = reply.outcomes.map((outcome) => {
    const at = ids.indexOf(outcome.id);
    return at < 0 ? outcome : { ...outcome, label: `task ${at + 1}` };
  });
  return { ...reply, outcomes };
}

function readPerson(as: string): { id?: string; email?: string } {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(as)) return { id: as };
  if (as.includes("@")) return { email: as };
  throw new CliError(
    `--as takes an id or an e-mail address, not "${as}": only a playground knows people by their roles.`,
  );
}

/** This machine has several names. */
const isSame = (one: string, other: string) =>
  one === other || (isLocal(one) && isLocal(other) && new URL(one).port === new URL(other).port);

async function confirm(base: string, action: string): Promise<void> {
  const refusal = `${base} is where this run was recorded. To run "${action}" there once more, add --yes.`;
  const terminal = openTerminal();
  if (!terminal.isInteractive) throw new CliError(refusal);
  const answer = await terminal.ask(`${base} is where this run was recorded. Run "${action}" there once more? [y/N] `);
  if (!/^y(es)?$/i.test(answer)) throw new CliError("Nothing was run.");
}

const listCalls = (): string =>
  [...KITSU_CALLS]
    .map(([name, { kitsu }]) => {
      const until = kitsu?.until === undefined ? "" : ` to ${kitsu.until}`;
      return `${name.padEnd(28)} Kitsu ${kitsu?.since}${until}, from ${kitsu?.month}`;
    })
    .join("\n");
