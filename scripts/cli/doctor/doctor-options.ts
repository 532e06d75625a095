// The options of kitsu-actions doctor. The token comes from the environment or a file, because
// everyone on the machine can read a command line.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { CliError } from "../../cli-error.ts";

export const DOCTOR_USAGE = `npx kitsu-actions doctor [--worker https://edge.studio.tld]

Says what is wrong with a set-up, and how to mend it: wrangler.toml here and, with --worker, the deployed worker.

  --worker <url>   the worker's address, as on its home page   (or WORKER_URL)
                   It needs LOG_TOKEN, or LOG_TOKEN_FILE with the path of a file that has it.
  --env <name>     the environment of wrangler.toml
  --json           the findings as JSON
  --strict         also exit with 1 if something is risky

Exits with 0 if nothing is broken, with 1 if something is, and with 2 if it could not check. docs/doctor.md`;

export type DoctorOptions = {
  /** without the last "/" */
  worker: string | undefined;
  logToken: string | undefined;
  /** "" for the one without a name */
  environment: string;
  isJson: boolean;
  isStrict: boolean;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** @returns undefined for --help */
export function readDoctorOptions(args: readonly string[], env: Environment): DoctorOptions | undefined {
  const given = parse(args);
  if (given.help) return undefined;
  const worker = given.worker ?? env.WORKER_URL;
  return {
    worker: worker ? readAddress(worker) : undefined,
    logToken: env.LOG_TOKEN?.trim() || (env.LOG_TOKEN_FILE ? readToken(env.LOG_TOKEN_FILE) : undefined),
    environment: given.env ?? env.CLOUDFLARE_ENV ?? "",
    isJson: given.json ?? false,
    isStrict: given.strict ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        worker: { type: "string" },
        env: { type: "string", short: "e" },
        json: { type: "boolean" },
        strict: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (cause) {
    throw wrongUsage(`${cause instanceof Error ? cause.message : cause}`);
  }
}

function readAddress(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username || url.password)
    throw wrongUsage(`--worker must be an address like https://edge.studio.tld, not "${text}".`);
  return url.href.replace(/\/+$/, "");
}

function readToken(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (cause) {
    throw wrongUsage(`LOG_TOKEN_FILE can't be read: ${cause instanceof Error ? cause.message : cause}.`);
  }
}

const wrongUsage = (sentence: string) => new CliError(`${sentence}\n\n${DOCTOR_USAGE}`, { exitCode: 2 });
