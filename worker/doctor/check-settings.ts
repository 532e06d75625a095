// The settings by themselves: invalid, unknown, contradictory. Asks nobody, so the command line
// uses it, too, on what it finds in wrangler.toml.
import * as v from "valibot";
import { hasStudioActions, listActionIds } from "../actions/index.ts";
import { toEnglish } from "../format/localize.ts";
import { parseJson } from "../services/http.ts";
import { secretName } from "../services/webhook-client.ts";
import { Environment, TARGET_MEMBERS } from "../settings/environment.ts";
import { canAskKitsu, EVERY_ACTION, type InspectedSettings, type Settings } from "../settings/settings.ts";
import { checkSecrets, isSecret } from "./check-secrets.ts";
import { BINDINGS } from "./check-storage.ts";
import { asSecret, broken, type Finding, fine, inSettings, listSome, risky, worthKnowing } from "./finding.ts";
import { findNearest, suggest } from "./nearest.ts";

/** `isLocalhost`: npm start runs it, so there may be no token for the log. */
type Given = InspectedSettings & { isLocalhost: boolean };

const KNOWN_SETTINGS = [...Object.keys(Environment.entries), "FORWARD_SECRET"];

export function checkSettings(given: Given): Finding[] {
  const { settings, problems } = given;
  // Several rules may say the same.
  const invalid = new Map(problems.map(({ name, text }) => [toEnglish(text), name]));
  const findings = [
    ...[...invalid].map(([text, name]) =>
      broken("setting-invalid", name, text, isSecret(name) ? asSecret(name) : inSettings(`correct ${name}`)),
    ),
    ...findUnknown(settings),
    ...findUnknownMembers(settings),
    ...checkSecrets(settings),
    ...findWrongAddresses(settings),
    ...findWrongLimits(given),
    ...findWrongTargets(given),
    ...findMissingAccount(given),
    ...findLogProblems(given),
  ];
  return findings.length > 0 ? findings : [fine("settings", "Settings", "All are valid.")];
}

/** Text, a number or a table. Bindings have methods. */
const isSetting = (value: unknown) =>
  typeof value !== "object" ||
  (value !== null &&
    Object.getPrototypeOf(value) === Object.prototype &&
    Object.values(value).every((member) => typeof member !== "function"));

function findUnknown({ env, forwardTargets }: Settings): Finding[] {
  const secrets = forwardTargets.map(({ id }) => secretName(id));
  const known = [...KNOWN_SETTINGS, ...secrets];
  return Object.keys(env)
    .filter((name) => !known.includes(name) && !BINDINGS.includes(name) && isSetting(env[name]))
    .flatMap((name) => {
      const isForTarget = name.startsWith("FORWARD_SECRET_");
      const nearest = findNearest(name, isForTarget ? secrets : known);
      if (isForTarget)
        return risky(
          "secret-unused",
          name,
          `It belongs to no target in FORWARD_TARGETS.${suggest(nearest)}`,
          `npx wrangler secret delete ${name} (on premises: delete its file, and its LoadCredential= in the unit), and set the right one.`,
        );
      // A studio's own actions read settings of their own.
      if (nearest === undefined && hasStudioActions()) return [];
      const level = nearest === undefined ? worthKnowing : risky;
      return level(
        "setting-unknown",
        name,
        `There is no such setting.${suggest(nearest)}`,
        inSettings(nearest === undefined ? `remove ${name}` : `rename it to ${nearest}`),
      );
    });
}

const Targets = v.record(v.string(), v.record(v.string(), v.unknown()));

/** Reading the settings ignores them. */
function findUnknownMembers({ env: { FORWARD_TARGETS: given } }: Settings): Finding[] {
  const targets = v.safeParse(Targets, typeof given === "string" ? parseJson(given) : given);
  return Object.entries(targets.success ? targets.output : {}).flatMap(([id, target]) =>
    Object.keys(target)
      .filter((name) => !TARGET_MEMBERS.includes(name))
      .map((name) =>
        risky(
          "setting-unknown",
          `FORWARD_TARGETS.${id}.${name}`,
          `There is no such setting.${suggest(findNearest(name, TARGET_MEMBERS))}`,
          inSettings(`correct it: ${TARGET_MEMBERS.join(", ")}`),
        ),
      ),
  );
}

function findWrongAddresses({ kitsuUrls }: Settings): Finding[] {
  return kitsuUrls.flatMap((url) => {
    const { origin, pathname, protocol, hostname, search, hash } = new URL(url);
    if (search || hash || url.endsWith("#"))
      return broken(
        "kitsu-url-extra",
        "KITSU_URL",
        "It must be without “?” and “#”.",
        inSettings(`set KITSU_URL to "${origin}${pathname.replace(/\/$/, "")}"`),
      );
    if (pathname.endsWith("/api"))
      return broken(
        "kitsu-url-is-api",
        "KITSU_URL",
        "It must be the address of Kitsu's page, not of its API.",
        inSettings(`set KITSU_URL to "${url.slice(0, -"/api".length)}"`),
      );
    return protocol === "http:" && !/^(localhost|127\..*|\[::1\])$/.test(hostname)
      ? risky(
          "kitsu-plain-http",
          "KITSU_URL",
          "Kitsu is on plain http: anyone on the network can read its sessions and the bot's token.",
          "Serve Kitsu over https, and correct KITSU_URL in the settings.",
        )
      : [];
  });
}

function findWrongLimits({ settings }: Given): Finding[] {
  const { limits, trust } = settings;
  const ids = listActionIds(settings);
  return [
    ...[...limits.keys()]
      .filter((id) => id !== EVERY_ACTION && !ids.includes(id))
      .map((id) =>
        broken(
          "limit-unknown",
          "ACTION_LIMITS",
          `It limits "${id}", but there is no such action, so nothing works.${suggest(findNearest(id, ids))}`,
          inSettings(`correct the id in ACTION_LIMITS: ${ids.join(", ")}`),
        ),
      ),
    ...[...limits].flatMap(([id, limit]) =>
      Object.values(limit).some((list) => list?.length === 0)
        ? broken(
            "limit-empty",
            "ACTION_LIMITS",
            `Nobody may run "${id}": it has an empty list.`,
            inSettings("correct it"),
          )
        : [],
    ),
    ...(trust === "unchecked" && limits.size > 0
      ? [
          broken(
            "limit-without-trust",
            "ACTION_LIMITS",
            `Nobody may run ${listSome([...limits.keys()])}: limits need to know who calls.`,
            `Give the worker a bot: ${asSecret("KITSU_TOKEN")}`,
          ),
        ]
      : []),
  ];
}

function findWrongTargets({ settings }: Given): Finding[] {
  const { forwardTargets, actionTimeLimitMs } = settings;
  const ids = listActionIds(settings);
  const repeated = ids.filter((id, at) => ids.indexOf(id) !== at);
  return [
    ...repeated.map((id) =>
      broken(
        "target-name-taken",
        `FORWARD_TARGETS.${id}`,
        "An action has the same name, so neither works.",
        inSettings("rename the target"),
      ),
    ),
    ...forwardTargets
      .filter(({ timeLimitMs }) => timeLimitMs >= actionTimeLimitMs)
      .map(({ id, timeLimitMs }) =>
        risky(
          "target-time-limit",
          `FORWARD_TARGETS.${id}`,
          `It may take ${timeLimitMs / 1_000} seconds, but an action only ${actionTimeLimitMs / 1_000}.`,
          inSettings(`set ACTION_TIME_LIMIT above ${timeLimitMs / 1_000}, or lower the target's timeLimit`),
        ),
      ),
  ];
}

const findMissingAccount = ({ settings }: Given): Finding[] =>
  canAskKitsu(settings)
    ? []
    : [
        risky(
          "kitsu-account-missing",
          "KITSU_TOKEN",
          "The worker has no account in Kitsu: it knows nobody, and most actions are not offered.",
          `Create a bot in Kitsu, and set its token: ${asSecret("KITSU_TOKEN")} (docs/settings.md).`,
        ),
      ];

function findLogProblems({ settings: { isLocal, logToken }, problems, isLocalhost }: Given): Finding[] {
  if (isLocalhost && logToken === undefined) return [];
  return [
    ...(isLocal
      ? [
          broken(
            "local-on-server",
            "LOCAL",
            "It is for npm start only: it opens the log to whoever reaches the worker as localhost.",
            inSettings("remove LOCAL"),
          ),
        ]
      : []),
    ...(logToken === undefined && problems.every(({ name }) => name !== "LOG_TOKEN")
      ? [
          broken(
            "log-token-missing",
            "LOG_TOKEN",
            "Without it, nobody can read the log or open the doctor.",
            `Set it to something random (openssl rand -hex 24): ${asSecret("LOG_TOKEN")}`,
          ),
        ]
      : []),
  ];
}
