// kitsu-actions export, forget: what the log of a deployed worker has about one person, as JSON, or
// erased. See docs/storage.md.
import * as v from "valibot";
import { CliError } from "../cli-error.ts";
import { readArguments } from "../read-arguments.ts";
import { openTerminal } from "../register/terminal.ts";
import { isLocal } from "./calls/request.ts";
import { LogSession } from "./log-session.ts";
import { readLogToken } from "./log-token.ts";

const Part = v.object({
  erased: v.number(),
  running: v.number(),
  searched: v.number(),
  until: v.optional(v.string()),
  cursor: v.optional(v.string()),
});
const Export = v.object({ runs: v.array(v.unknown()), next: v.optional(v.string()) });

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
  let next: string | undefined = `${worker}/runs/person.json?${new URLSearchParams({ person })}`;
  let count = 0;
  process.stdout.write(`{"person":${JSON.stringify(person)},"runs":[`);
  while (next !== undefined) {
    const part: v.InferOutput<typeof Export> = v.parse(Export, await session.read(next));
    for (const run of part.runs) {
      process.stdout.write(`${count === 0 ? "" : ","}\n${JSON.stringify(run)}`);
      count += 1;
    }
    // The token's session is sent to no other address.
    next = part.next && `${worker}/runs/person.json${new URL(part.next).search}`;
  }
  process.stdout.write("\n]}\n");
  console.error(`${count} runs of ${person}.`);
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
  while (cursor !== undefined) {
    const fields = new URLSearchParams({ person, cursor });
    const part = v.parse(Part, await session.read(`${worker}/runs/person/erase`, fields));
    erased += part.erased;
    running += part.running;
    cursor = part.cursor;
    if (cursor !== undefined)
      console.error(`Erased ${erased} runs so far. Searched ${part.searched} runs, back to ${part.until}.`);
  }
  console.log(`Erased ${person} from ${erased} runs.`);
  if (running === 0) return 0;
  console.error(`${running} runs have not ended and were left: run this again when they have.`);
  return STILL_RUNNING;
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
  const worker = URL.parse(values.worker ?? process.env.WORKER_URL ?? "");
  if (person === undefined || others.length > 0) throw new CliError(`Name one person.\n\n${usage}`);
  if (worker === null || !/^https?:$/.test(worker.protocol))
    throw new CliError(`--worker must be an address like https://edge.studio.tld.\n\n${usage}`);
  return { person, worker: worker.href.replace(/\/+$/, ""), isConfirmed: values.yes ?? false };
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
