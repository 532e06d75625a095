// How the service is called: options, and the environment for those that are not given.
import { resolve } from "node:path";
import { CliError } from "../../cli-error.ts";
import { readArguments } from "../../read-arguments.ts";
import { TrustedProxies } from "./trusted-proxies.ts";

export type ServeOptions = {
  host: string;
  port: number;
  stateDir: string;
  /** a TOML file with the settings; wrangler.toml if there is none */
  config: string | undefined;
  trustedProxies: TrustedProxies;
  /** how long requests may take to end after SIGTERM; undefined: as long as an action may take */
  stopLimitMs: number | undefined;
};

export const SERVE_USAGE = `kitsu-actions serve, in the repository or your studio's, after npm run build

  --host              the address to listen on: 127.0.0.1                          (HOST)
  --port              the port: 8787                                               (PORT)
  --state             the folder of the log and of everything that is stored       (STATE_DIR)
  --config            a TOML file with the settings; [vars] of wrangler.toml       (CONFIG)
  --trusted-proxies   whose X-Forwarded headers count: "127.0.0.0/8,::1"           (TRUSTED_PROXIES)
  --stop-limit        seconds for requests to end after SIGTERM: ACTION_TIME_LIMIT + 5  (STOP_LIMIT)

Settings also come from the environment (KITSU_URL, or KITSU_URL_FILE for a file that has it), and from
files that are named after them in the folder SECRETS_DIR or CREDENTIALS_DIRECTORY. docs/on-premises.md`;

const WRONG_USAGE = 2;

const OPTIONS = {
  host: { type: "string" },
  port: { type: "string" },
  state: { type: "string" },
  config: { type: "string" },
  "trusted-proxies": { type: "string" },
  "stop-limit": { type: "string" },
} as const;

/** Throws a CliError that says what to change. */
export function readServeOptions(args: readonly string[], env: NodeJS.ProcessEnv): ServeOptions {
  const { values } = readArguments(args, { options: OPTIONS, usage: SERVE_USAGE, wrongUsage: WRONG_USAGE });
  // systemd's StateDirectory= is a list of folders.
  const state = values.state || env.STATE_DIR || env.STATE_DIRECTORY?.split(":")[0];
  if (!state) throw wrongUsage("Name the folder for everything that is stored: --state /var/lib/kitsu-actions.");
  const config = values.config || env.CONFIG;
  const stopLimit = values["stop-limit"] || env.STOP_LIMIT;
  return {
    host: values.host || env.HOST || "127.0.0.1",
    port: readNumber("--port", values.port || env.PORT || "8787", 65_535),
    stateDir: resolve(state),
    config: config ? resolve(config) : undefined,
    trustedProxies: TrustedProxies.parse(values["trusted-proxies"] ?? env.TRUSTED_PROXIES ?? "127.0.0.0/8,::1"),
    stopLimitMs: stopLimit ? readNumber("--stop-limit", stopLimit, 3_600) * 1_000 : undefined,
  };
}

function readNumber(name: string, text: string, most: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw wrongUsage(`${name} must be a whole number from 1 to ${most}, not "${text}".`);
}

const wrongUsage = (sentence: string) => new CliError(`${sentence}\n\n${SERVE_USAGE}`, { exitCode: WRONG_USAGE });
