// The options: from the command line first, then from the environment. Secrets come from the
// environment or the keyboard, because every account on the machine can read a command line.
import { CliError } from "../cli-error.ts";
import { readAddress } from "../read-address.ts";
import { readArguments } from "../read-arguments.ts";

export const USAGE = `npm run register -- --worker https://edge.studio.tld --kitsu https://kitsu.studio.tld [--dry-run | --yes]

  --worker <url>   the worker's address, as on its home page   (or WORKER_URL)
  --kitsu <url>    your Kitsu's address                        (or KITSU_URL)
  --email <email>  log in as this administrator, with the password from KITSU_PASSWORD or a prompt.
                   Without it, set KITSU_TOKEN to the token of a bot with the role admin.
  --suffix <text>  behind each name, in parentheses: "staging", so that a second worker's entries in the
                   same Kitsu have names of their own          (or REGISTER_SUFFIX)
  --dry-run        show the plan and change nothing. Exits with 0 if nothing needs to change, else with 2.
  --yes            make the changes without asking

See docs/register.md for details.`;

const OPTIONS = {
  worker: { type: "string" },
  kitsu: { type: "string" },
  email: { type: "string" },
  suffix: { type: "string" },
  "dry-run": { type: "boolean" },
  yes: { type: "boolean", short: "y" },
  help: { type: "boolean", short: "h" },
} as const;

export type Options = {
  /** without the last "/" */
  worker: string;
  /** without the last "/", and without "/api" */
  kitsu: string;
  account: { token: string } | { email: string | undefined; password: string | undefined };
  /** "" or what follows each name in parentheses */
  suffix: string;
  isDryRun: boolean;
  isConfirmed: boolean;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** @returns undefined for --help */
export function readOptions(args: readonly string[], env: Environment): Options | undefined {
  const given = readArguments(args, { options: OPTIONS, usage: USAGE }).values;
  if (given.help) return undefined;
  if (given["dry-run"] && given.yes) throw new CliError("--dry-run and --yes contradict each other: use one of them.");
  const token = env.KITSU_TOKEN?.trim();
  return {
    worker: readUrl("--worker", given.worker ?? env.WORKER_URL, "WORKER_URL", "https://edge.studio.tld"),
    kitsu: readUrl("--kitsu", given.kitsu ?? env.KITSU_URL, "KITSU_URL", "https://kitsu.studio.tld").replace(
      /\/api$/,
      "",
    ),
    // --email wins over a token in the environment.
    account:
      token && given.email === undefined
        ? { token }
        : { email: given.email, password: env.KITSU_PASSWORD || undefined },
    suffix: (given.suffix ?? env.REGISTER_SUFFIX ?? "").trim(),
    isDryRun: given["dry-run"] ?? false,
    isConfirmed: given.yes ?? false,
  };
}

function readUrl(option: string, value: string | undefined, variable: string, example: string): string {
  if (!value) throw new CliError(`${option} is missing: use ${option} ${example}, or set ${variable}.\n\n${USAGE}`);
  return readAddress(value, { option, example });
}
