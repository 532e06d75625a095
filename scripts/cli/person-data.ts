// kitsu-actions export, forget: what the log of a deployed worker has about one person, as JSON, or
// erased. See docs/storage.md.
import * as v from "valibot";
import { CliError } from "../cli-error.ts";
import { readAddress } from "../read-address.ts";
import { readArguments } from "../read-arguments.ts";
import { openTerminal } from "../register/terminal.ts";
import { isLocal } from "./calls/request.ts";
import { LogSession } from "./log-session.ts";
import { readLogToken } from "./log-token.ts";

const Part = v.object({
  erased: v.number(),
  running: v.number(),
  ids: v.optional(v.array(v.string()), []),
  searched: v.number(),
  until: v.optional(v.string()),
  cursor: v.optional(v.string()),
});
const Export = v.object({
  runs: v.array(v.unknown()),
  next: v.optional(v.string()),
  ids: v.optional(v.array(v.string()), []),
});

/** How many runs a part of an export has at most: Cloudflare's free plan has 50 operations. */
const PART_RUNS = 40;

const OPTIONS = {
  worker: { type: "string" },
  yes: { type: "boolean", short: "y" },
  help: { type: "boolean", short: "h" },
} as const;

/** The exit code if some runs have not ended, and were not erased. */
const STILL_RUNNING = 3;

const terminal = openTerminal();

/** Writes one JSON document to stdout. */
export async function exportPerson(args: readonly string[]): Promise<number> {
  const options = readOptions("export", args);
  if (options === undefined) return 0;
  const { person, worker } = options;
  const session = await openSession(worker);
  const query = new URLSearchParams({ person, limit: String(PART_RUNS) });
  let next: string | undefined = `${worker}/runs/person.json?${query}`;
  let count = 0;
  const ids = new Set<string>();
  process.stdout.write(`{"person":${JSON.stringify(person)},"runs":[`);
  while (next !== undefined) {
    const part: v.InferOutput<typeof Export> = v.parse(Export, await session.read(next));
    for (const run of part.runs) {
      process.stdout.write(`${count === 0 ? "" : ","}\n${JSON.stringify(run)}`);
      count += 1;
    }
    for (const id of part.ids) ids.add(id);
    // The token's session is sent to no other address.
    const further: string | undefined = part.next && `${worker}/runs/person.json${new URL(part.next).search}`;
    if (further === next) throw new CliError("The log can't be read right now, so the export is not complete.");
    next = further;
  }
  process.stdout.write("\n]}\n");
  console.error(`${countRuns(count)} of ${person}.`);
  nameOthers(ids);
  return 0;
}

/** Erases the person, part by part. Stopped in between, it can be started again. */
export async function forgetPerson(args: readonly string[]): Promise<number> {
  const options = readOptions("forget", args);
  if (options === undefined) return 0;
  const { person, worker, isConfirmed } = options;
  if (!isConfirmed) await confirm(`Erase ${person} from the log of ${worker}? This can't be undone. [y/N] `);
  const session = await openSession(worker);
  let [erased, running, cursor]: [number, number, string | undefined] = [0, 0, ""];
  const ids = new Set<string>();
  while (cursor !== undefined) {
    const fields = new URLSearchParams({ person, cursor });
    const part = v.parse(Part, await session.read(`${worker}/runs/person/erase`, fields));
    erased += part.erased;
    running += part.running;
    for (const id of part.ids) ids.add(id);
    cursor = part.cursor;
    if (cursor !== undefined)
      console.error(`Erased ${countRuns(erased)} so far. Searched ${countRuns(part.searched)}, back to ${part.until}.`);
  }
  console.log(`Erased ${person} from ${countRuns(erased)}.`);
  nameOthers(ids);
  if (running === 0) return 0;
  const [have, were, they] = running === 1 ? ["has", "was", "it has"] : ["have", "were", "they have"];
  console.error(`${countRuns(running)} ${have} not ended and ${were} left: run this again when ${they}.`);
  return STILL_RUNNING;
}

const countRuns = (count: number) => (count === 1 ? "1 run" : `${count} runs`);

/** An address may have belonged to several people, so only calls without an id are found by it. */
function nameOthers(ids: ReadonlySet<string>): void {
  if (ids.size > 0)
    console.error(`Runs with an id are not among them. Repeat this with the ids: ${[...ids].join(" ")}`);
}

type Options = { person: string; worker: string; isConfirmed: boolean };

/** @returns undefined for --help */
function readOptions(command: "export" | "forget", args: readonly string[]): Options | undefined {
  const usage = `npx kitsu-actions ${command} <person> --worker https://edge.studio.tld${command === "forget" ? " [--yes]" : ""}

  <person>         the person's id in Kitsu, or the e-mail address of calls that had no id
  --worker <url>   the worker's address                        (or WORKER_URL)${command === "forget" ? "\n  --yes            erase without asking" : ""}

The token of the log comes from LOG_TOKEN, or from the file that LOG_TOKEN_FILE names, or is asked for.${command === "forget" ? "\nExits with 0, with 1 if it failed, and with 3 if some runs have not ended: repeat it then." : ""}
See docs/storage.md.`;
  const { values, positionals } = readArguments(args, { options: OPTIONS, allowPositionals: true, usage });
  if (values.help) {
    console.log(usage);
    return undefined;
  }
  const [person, ...others] = positionals;
  if (person === undefined || others.length > 0) throw new CliError(`Name one person.\n\n${usage}`);
  const worker = readAddress(values.worker ?? process.env.WORKER_URL ?? "", {
    option: "--worker",
    example: "https://edge.studio.tld",
    usage,
  });
  return { person, worker, isConfirmed: values.yes ?? false };
}

async function openSession(worker: string): Promise<LogSession> {
  const given = readLogToken(process.env);
  const local = given === undefined && isLocal(worker) ? await LogSession.openWithoutToken(worker) : undefined;
  if (local !== undefined) return local;
  if (!given && !terminal.isInteractive)
    throw new CliError("No token: set LOG_TOKEN, or LOG_TOKEN_FILE to a file with it, to the token of the log.");
  return LogSession.open(worker, given || (await terminal.askSecret("Token of the log: ")));
}

async function confirm(question: string): Promise<void> {
  if (!terminal.isInteractive) throw new CliError("This can't be undone: add --yes to erase without being asked.");
  if (!/^y(es)?$/i.test(await terminal.ask(question))) throw new CliError("Stopped. Nothing was erased.");
}
