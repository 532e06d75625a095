// What only the TD's machine can see: wrangler.toml. Secrets are not in it, so nothing is said
// about those.
import { access } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { isSecret } from "../../../worker/doctor/check-secrets.ts";
import { checkSettings } from "../../../worker/doctor/check-settings.ts";
import { broken, worthKnowing } from "../../../worker/doctor/finding.ts";
import { inspectSettings } from "../../../worker/settings/settings.ts";
import { CliError } from "../../cli-error.ts";
import { PACKAGE_FOLDER } from "../../package-folder.ts";
import { readWranglerConfig } from "../../wrangler-config.ts";
import { findConfigProblems } from "../find-config-problems.ts";
import { findPlaceholders } from "../find-setting-problems.ts";
import type { LocatedFinding } from "./format-findings.ts";

const Vars = v.optional(v.record(v.string(), v.unknown()), {});
const Config = v.object({ vars: Vars, env: v.optional(v.record(v.string(), v.object({ vars: Vars })), {}) });

/** Findings that a secret would change. */
const NEEDS_SECRETS = ["log-token-missing", "kitsu-account-missing", "limit-without-trust", "secret-half"];
/** Findings about what a studio's own actions may have. */
const MAY_BE_OWN = ["limit-unknown", "setting-unknown"];

/**
 * @param environment "" for the one without a name
 * @param isDeployed there is a worker: not from a wrangler.toml that is still the starter's
 * @returns undefined if there is no wrangler.toml
 */
export async function checkLocalSettings(
  folder: string,
  environment: string,
  isDeployed: boolean,
): Promise<LocatedFinding[] | undefined> {
  const isThere = await access(join(folder, "wrangler.toml")).then(
    () => true,
    () => false,
  );
  if (!isThere) return undefined;
  const config = await readWranglerConfig(folder).catch((thrown: unknown) => {
    if (thrown instanceof CliError) return thrown;
    throw thrown;
  });
  if (config instanceof CliError)
    return [{ ...broken("wrangler-toml", "wrangler.toml", config.message, "Correct it."), group: "local" }];
  const parsed = v.safeParse(Config, config);
  if (!parsed.success)
    throw new CliError(`wrangler.toml: ${v.getDotPath(parsed.issues[0])} is not a table.`, { exitCode: 2 });
  const vars = environment === "" ? parsed.output.vars : parsed.output.env[environment]?.vars;
  if (vars === undefined) throw new CliError(`wrangler.toml has no environment "${environment}".`, { exitCode: 2 });
  const hasOwnActions = folder !== PACKAGE_FOLDER;
  const found = checkSettings({ ...inspectSettings(vars), isLocalhost: false }).filter(
    ({ id, level }) =>
      !NEEDS_SECRETS.includes(id) &&
      !(hasOwnActions && MAY_BE_OWN.includes(id) && level !== "risky") &&
      level !== "fine",
  );
  const problems = findConfigProblems(config, await readWranglerConfig(PACKAGE_FOLDER));
  const placeholders = findPlaceholders(config, environment);
  const secrets = Object.keys(vars).filter(isSecret);
  return [
    ...problems.map(toFinding),
    ...(isDeployed && placeholders.length > 0
      ? [
          worthKnowing(
            "wrangler-toml-unused",
            "wrangler.toml",
            "It still has the starter's values, so the worker has its settings from elsewhere.",
          ),
        ]
      : placeholders.map(toFinding)),
    ...found,
    ...secrets.map((name) =>
      broken(
        "secret-in-file",
        name,
        "A secret is in wrangler.toml, which is in your repository.",
        `Remove it there, make a new one, and: npx wrangler secret put ${name}`,
      ),
    ),
    worthKnowing(
      "secrets-not-seen",
      "Secrets",
      "They are not in wrangler.toml, so only the deployed worker knows them.",
    ),
  ].map((finding) => ({ ...finding, group: "local" }));
}

/** "wrangler.toml: The binding is missing. Add:" and the lines to add. */
function toFinding(sentence: string) {
  const [what = "", fix] = sentence
    .replace(/^wrangler\.toml(, [^:]+)?: /, "")
    .split(/(?<=\.) (?=Add|Run|Set|Change|Choose|Give|It must|Remove)/);
  return broken("wrangler-toml", "wrangler.toml", what, (fix ?? "Correct it.").trim());
}
