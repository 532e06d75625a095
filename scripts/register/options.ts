// What was asked for: the command line first, then the environment. Secrets come from the environment or the keyboard, for a command
// line is seen by everybody on the machine.
import { parseArgs } from "node:util";
import { Trouble } from "./trouble.ts";

export const USAGE = `npm run register -- --worker https://edge.studio.tld --kitsu https://kitsu.studio.tld [--dry-run | --yes]

  --worker <url>   where the worker is deployed, as on its home page   (or WORKER_URL)
  --kitsu <url>    your Kitsu                                          (or KITSU_URL)
  --email <email>  log in as this administrator; the password is asked for, or KITSU_PASSWORD
                   without it, KITSU_TOKEN is the token of a bot with the role admin
  --dry-run        show the plan, write nothing: exit 0 when there is nothing to do, 2 when there is
  --yes            write without asking

docs/register.md says more.`;

export type Options = {
  /** without the last "/" */
  worker: string;
  /** without the last "/", and without "/api" */
  kitsu: string;
  account: { token: string } | { email: string | undefined; password: string | undefined };
  isDryRun: boolean;
  isAgreed: boolean;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** @returns undefined where only the usage was asked for */
export function readOptions(args: readonly string[], env: Environment): Options | undefined {
  const given = parse(args);
  if (given.help) return undefined;
  if (given["dry-run"] && given.yes) throw new Trouble("--dry-run writes nothing and --yes writes: give one of them.");
  const token = env.KITSU_TOKEN?.trim();
  return {
    worker: readUrl("--worker", given.worker ?? env.WORKER_URL, "WORKER_URL", "https://edge.studio.tld"),
    kitsu: readUrl("--kitsu", given.kitsu ?? env.KITSU_URL, "KITSU_URL", "https://kitsu.studio.tld").replace(
      /\/api$/,
      "",
    ),
    // Whoever names an account means it, though a token may lie in the environment.
    account:
      token && given.email === undefined
        ? { token }
        : { email: given.email, password: env.KITSU_PASSWORD || undefined },
    isDryRun: given["dry-run"] ?? false,
    isAgreed: given.yes ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        worker: { type: "string" },
        kitsu: { type: "string" },
        email: { type: "string" },
        "dry-run": { type: "boolean" },
        yes: { type: "boolean", short: "y" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (cause) {
    throw new Trouble(`${cause instanceof Error ? cause.message : cause}\n\n${USAGE}`, { cause });
  }
}

function readUrl(option: string, value: string | undefined, variable: string, example: string): string {
  if (!value) throw new Trouble(`Which one? Give ${option} ${example}, or set ${variable}.\n\n${USAGE}`);
  const url = URL.parse(value);
  const isPlain =
    url !== null && /^https?:$/.test(url.protocol) && !url.search && !url.hash && !url.username && !url.password;
  if (!isPlain) throw new Trouble(`${option} must be an address like ${example}, not "${value}".`);
  return url.href.replace(/\/+$/, "");
}
