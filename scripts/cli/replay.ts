// kitsu-actions replay: sends a recorded call again, and compares the replies.
import * as v from "valibot";
import { type Fixture, Reply } from "../../contract.ts";
import { replaceInCall } from "../../testing/fixture-call.ts";
import { KITSU_CALLS } from "../../testing/kitsu-calls.ts";
import { maskPeople } from "../../worker/format/mask-people.ts";
import { CliError } from "../cli-error.ts";
import { readArguments } from "../read-arguments.ts";
import { openTerminal } from "../register/terminal.ts";
import { readCallField } from "./calls/call-field.ts";
import { COULD_NOT, readPlayground, readWorker } from "./calls/options.ts";
import { type Caller, castCall, openPlayground, readStranger } from "./calls/playground.ts";
import { readFixture } from "./calls/read-fixture.ts";
import { readReplayed } from "./calls/replayed.ts";
import { reportReplay } from "./calls/report-replay.ts";
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

const COMMAND = { options: OPTIONS, allowPositionals: true, usage: USAGE, wrongUsage: COULD_NOT };

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
  const { values, positionals } = readArguments(args, COMMAND);
  if (values.help || values.list) {
    console.log(values.list ? listCalls() : USAGE);
    return 0;
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
  const cast = playground && castCall(playground, recorded, values.as ?? chooseCaller(recorded));
  const call = replaceInCall(recorded, cast ?? { ...(values.as !== undefined && { person: readPerson(values.as) }) });
  const answer = await sendCall(call, { base, isDry, confirms: recorded.request.confirmed ?? false, env });
  const caller = cast?.person === undefined ? readCaller(call) : knownAs(cast.person);
  const masked = maskPeople(answer.reply, caller, playground?.people.map(knownAs) ?? []);
  // The log of a worker without a bot knows fewer names than the playground.
  const replayed = playground === undefined ? await readReplayed(answer, masked, base, env) : v.parse(Reply, masked);
  if (answer.run !== undefined) console.log(`${isDry ? "Dry run" : "Run"}: ${answer.run.url}\n`);
  return reportReplay(
    { fixture: recorded, reply: recorded.reply },
    { fixture: call, reply: replayed },
    { others: cast?.replaced ?? false, worker: base },
  );
}

const knownAs = ({ id, email, full_name: name }: Caller) => ({ id, email, name });

function readPerson(as: string): { id: string; email: string } {
  const person = readStranger(as);
  if (person !== undefined) return person;
  throw new CliError(
    `--as takes an id or an e-mail address, not "${as}": only a playground knows people by their roles.`,
  );
}

/** Somebody with the recorded role; undefined if Kitsu did not know who called. */
const chooseCaller = ({ person, reply }: Fixture): string | undefined =>
  person.role ?? (reply?.kind === "failed" && reply.code === "person-not-accepted" ? undefined : "manager");

const readCaller = ({ request }: Fixture) => ({
  id: readCallField(request, "person"),
  email: readCallField(request, "email"),
});

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
