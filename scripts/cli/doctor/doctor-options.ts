// The options of kitsu-actions doctor. The token comes from the environment or a file, because
// everyone on the machine can read a command line.
import { readAddress } from "../../read-address.ts";
import { readArguments } from "../../read-arguments.ts";
import { readLogToken } from "../log-token.ts";

export const DOCTOR_USAGE = `npx kitsu-actions doctor [--worker https://edge.studio.tld]

Says what is wrong with a set-up, and how to fix it: wrangler.toml here and, with --worker, the deployed worker.

  --worker <url>   the worker's address, as on its home page   (or WORKER_URL)
                   It needs LOG_TOKEN, or LOG_TOKEN_FILE with the path of a file that has it.
                   Without a bot, KITSU_SESSION lets it check the custom actions in Kitsu, too.
  --env <name>     the environment of wrangler.toml
  --json           the findings as JSON
  --strict         also exit with 1 if something is risky

Exits with 0 if nothing is broken, with 1 if something is, and with 2 if it could not check. docs/doctor.md`;

/** The exit code if it could not check. */
const NOT_CHECKED = 2;

const OPTIONS = {
  worker: { type: "string" },
  env: { type: "string", short: "e" },
  json: { type: "boolean" },
  strict: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

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
  const given = readArguments(args, { options: OPTIONS, usage: DOCTOR_USAGE, wrongUsage: NOT_CHECKED }).values;
  if (given.help) return undefined;
  const worker = given.worker ?? env.WORKER_URL;
  return {
    worker: worker
      ? readAddress(worker, {
          option: "--worker",
          example: "https://edge.studio.tld",
          usage: DOCTOR_USAGE,
          wrongUsage: NOT_CHECKED,
        })
      : undefined,
    logToken: readLogToken(env, NOT_CHECKED),
    environment: given.env ?? env.CLOUDFLARE_ENV ?? "",
    isJson: given.json ?? false,
    isStrict: given.strict ?? false,
  };
}
