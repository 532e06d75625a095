// The worker's variables: from a TOML file, the environment, and files with secrets.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "smol-toml";
import * as v from "valibot";
import { CliError } from "../../cli-error.ts";

/** A text, or a table that the worker gets as JSON. */
export type Variables = Record<string, unknown>;

const Table = v.record(v.string(), v.unknown());
const WithVars = v.object({ vars: v.optional(Table, {}) });

const SECRETS = /^(LOG_TOKEN|KITSU_TOKEN|FORWARD_SECRET(_.+)?|[A-Z0-9_]+_(TOKEN|SECRET))$/;
/** What the service decides itself. */
const RESERVED: Readonly<Record<string, string>> = {
  TRUST_PROXY: "name your proxies with --trusted-proxies instead",
  LOCAL: "it is for npm start: it would open the log to everyone on this machine",
  VERSION: "the service sets it",
  INJECT: "Kitsu's own requests would come back to the worker; let your proxy add the script's tag",
};

type IsKnown = (name: string) => boolean;

type Sources = {
  /** the settings' file, if one was named */
  config: string | undefined;
  wranglerConfig: unknown;
  env: NodeJS.ProcessEnv;
  /** the names of all settings */
  known: readonly string[];
  /** whether a studio's own actions may have variables that we don't know */
  hasOwnActions: boolean;
};

/** Later sources win: the file, the environment, files with secrets. Throws a CliError. */
export function readVariables({ config, wranglerConfig, env, known, hasOwnActions }: Sources): Variables {
  const isKnown: IsKnown = (name) => known.includes(name) || /^FORWARD_SECRET(_[A-Z0-9_]+)?$/.test(name);
  const place = config ?? "[vars] of wrangler.toml";
  const fromFile = config === undefined ? v.parse(WithVars, wranglerConfig).vars : readSettingsFile(config, isKnown);
  const unknown = Object.keys(fromFile).filter((name) => !isKnown(name));
  // A setting with a typing error would be ignored, as if it had its default.
  if (!hasOwnActions && unknown.length > 0)
    throw new CliError(`${place}: there is no setting ${unknown.join(", ")}. docs/settings.md describes all settings.`);
  const variables = { ...fromFile, ...readEnvironment(env, isKnown), ...readSecretFolder(env) };
  for (const name of Object.keys(variables))
    if (RESERVED[name] !== undefined) throw new CliError(`Remove the setting ${name}: ${RESERVED[name]}.`);
  return { ...variables, TRUST_PROXY: "1" };
}

/** The settings are the file's own members, or [vars], as in wrangler.toml. */
function readSettingsFile(path: string, isKnown: IsKnown): Variables {
  const table = parseToml(path);
  if (!("vars" in table)) return table;
  const vars = v.safeParse(Table, table.vars);
  if (!vars.success) throw new CliError(`${path}: write [vars] with the settings below it.`);
  const outside = Object.keys(table).filter(isKnown);
  if (outside.length > 0)
    throw new CliError(
      `${path} has [vars], but ${outside.join(", ")} outside it. Move all settings below [vars], or write [NAME] instead of [vars.NAME].`,
    );
  return vars.output;
}

function parseToml(path: string): Variables {
  const text = readText(path, "The settings");
  try {
    return parse(text);
  } catch (cause) {
    throw new CliError(`${path} is not valid TOML: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

/** `NAME`, or `NAME_FILE` with the path of a file, as container images have it. */
function readEnvironment(env: NodeJS.ProcessEnv, isKnown: IsKnown): Variables {
  const variables: Variables = {};
  for (const [name, value] of Object.entries(env)) {
    const base = name.replace(/_FILE$/, "");
    if (value && isKnown(name)) variables[name] = value;
    else if (value && base !== name && (isKnown(base) || SECRETS.test(base)))
      variables[base] = readText(value, name).trim();
  }
  return variables;
}

/** A file each, as systemd's LoadCredential= and Docker's secrets have it. */
function readSecretFolder(env: NodeJS.ProcessEnv): Variables {
  const folder = env.SECRETS_DIR || env.CREDENTIALS_DIRECTORY;
  if (!folder) return {};
  try {
    const names = readdirSync(folder).filter((name) => /^[A-Z][A-Z0-9_]*$/.test(name));
    return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8").trim()]));
  } catch (cause) {
    throw new CliError(`The secrets in ${folder} can't be read: ${explain(cause)}.`, { cause });
  }
}

function readText(path: string, what: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new CliError(`${what} can't be read from ${path}: ${explain(cause)}.`, { cause });
  }
}

const explain = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
