// What is wrong with the settings in wrangler.toml. The worker says it, too, but only to whoever
// calls it after the deployment.
import * as v from "valibot";
import { ACTIONS } from "../../worker/actions/index.ts";
import { toEnglish } from "../../worker/format/localize.ts";
import { Environment, explainIssue } from "../../worker/settings/environment.ts";

const Vars = v.optional(v.record(v.string(), v.unknown()), {});
const Namespaces = v.optional(v.array(v.looseObject({ binding: v.string(), id: v.optional(v.string()) })), []);
const Deployed = v.object({ vars: Vars, kv_namespaces: Namespaces });
const Config = v.object({ ...Deployed.entries, env: v.optional(v.record(v.string(), Deployed), {}) });

/** A sentence for each setting with a value that it can't have, in any environment. */
export function findSettingProblems(config: unknown): string[] {
  const { env, vars } = v.parse(Config, config);
  return Object.entries({ "": { vars }, ...env }).flatMap(([name, environment]) =>
    findInvalid(environment.vars).map((problem) => `wrangler.toml, [${nameTable(name, "vars")}]: ${problem}`),
  );
}

function findInvalid(vars: Readonly<Record<string, unknown>>): string[] {
  // As in the worker, an empty variable counts as unset. What is not here may be a secret.
  const given = Object.fromEntries(Object.entries(vars).filter(([, value]) => value !== ""));
  const { issues = [], output } = v.safeParse(Environment, given);
  const invalid = issues.filter((issue) => String(issue.path?.[0]?.key) in given);
  return [...new Set(invalid.map((issue) => toEnglish(explainIssue(issue)))), ...findTakenTargets(output)];
}

const Targets = v.fallback(v.object({ FORWARD_TARGETS: v.record(v.string(), v.unknown()) }), { FORWARD_TARGETS: {} });

/** A target becomes an action of its name. */
function findTakenTargets(output: unknown): string[] {
  const targets = v.parse(Targets, output).FORWARD_TARGETS;
  return ACTIONS.filter(({ id }) => id in targets).map(
    ({ id }) => `FORWARD_TARGETS has "${id}", which is the id of a built-in action. Choose another name.`,
  );
}

/**
 * What the starter has in place of a studio's own values. Everything but a deployment works with
 * it.
 * @param environment "" for the one without a name
 */
export function findPlaceholders(config: unknown, environment: string): string[] {
  const { env, ...live } = v.parse(Config, config);
  const { vars, kv_namespaces } = environment === "" ? live : (env[environment] ?? { vars: {}, kv_namespaces: [] });
  const option = environment && ` --env ${environment}`;
  return [
    ...kv_namespaces
      .filter(({ id }) => id !== undefined && /^0+$/.test(id))
      .map(
        ({ binding }) =>
          `wrangler.toml, [[${nameTable(environment, "kv_namespaces")}]]: the id of ${binding} is the starter's. Run "npx wrangler kv namespace create ${binding}${option}", and put the id there that it prints.`,
      ),
    ...(isExample(vars.KITSU_URL)
      ? [
          `wrangler.toml, [${nameTable(environment, "vars")}]: KITSU_URL is the starter's. Set it to your Kitsu's address.`,
        ]
      : []),
  ];
}

const isExample = (url: unknown) => typeof url === "string" && /\.example\/?$/.test(url);

const nameTable = (environment: string, table: string) => `${environment && `env.${environment}.`}${table}`;
