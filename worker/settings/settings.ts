// Takes the environment and returns typed settings, or throws a failure that names each invalid
// variable and what to set.
import * as v from "valibot";
import { isOpenable } from "../../contract.ts";
import { Failure } from "../format/failure.ts";
import { joinSentences, type Message, message } from "../format/message.ts";
import { type Kabaret, kabaretSchemes } from "../launch/kabaret-settings.ts";
import { type Launchers, schemesOf } from "../launch/launchers.ts";
import { type ForwardTarget, secretName } from "../services/webhook-client.ts";
import type { Role } from "../services/zou-objects.ts";
import { type ChatSettings, readChat } from "./chat-settings.ts";
import { Environment, explainIssue } from "./environment.ts";
import { type FarmSettings, readFarms } from "./farm-settings.ts";
import { chooseDefaultTrust, readAccess, type Trust } from "./trust.ts";

/**
 * Bindings and variables from wrangler.toml, the dashboard and `wrangler secret`. `wrangler types`
 * generates env.d.ts from wrangler.toml, but a studio's deployment may lack a binding, and
 * variables may have any value.
 */
export type Env = Partial<Cloudflare.Env> & Pick<Cloudflare.Env, "RUNS"> & Variables;
type Variables = Readonly<Record<string, unknown>>;

/** Where, and by whom, one action may be used. An absent member allows all. */
export type ActionLimits = {
  projects?: string[] | undefined;
  departments?: string[] | undefined;
  roles?: Role[] | undefined;
  /** ids, and e-mail addresses in lower case */
  people?: string[] | undefined;
};

/** The name of the limits that all actions share: an action's own are more specific. */
export const EVERY_ACTION = "*";

/** The studio's limits of one action; none if it is empty. */
export const limitsOf = ({ limits }: Pick<Settings, "limits">, action: string): ActionLimits => ({
  ...limits.get(EVERY_ACTION),
  ...limits.get(action),
});

export type Settings = FarmSettings & {
  /** the addresses of the studio's Kitsu; links use the first */
  kitsuUrls: readonly string[];
  /** their origins: only pages of these may run actions */
  kitsuOrigins: readonly string[];
  /** the worker's path prefix on its host: "" or "/edge" */
  basePath: string;
  /** URL schemes that may be opened (see `isOpenable`) */
  schemes: readonly string[];
  logToken: string | undefined;
  logRetentionS: number;
  actionTimeLimitMs: number;
  /** the maximum time a long run is watched, and the minimum time between two checks */
  longRunLimitMs: number;
  longRunEveryMs: number;
  forwardTargets: readonly ForwardTarget[];
  /** Kitsu's API, and the bot's token to read it with if the person has no session */
  kitsuApi: string;
  kitsuToken: string | undefined;
  /** the trust level that the deployment requires */
  trust: Trust;
  /**
   * Cloudflare Access in front of the worker: the team's address and the application's audience tag
   */
  access: { team: string; audience: string } | undefined;
  /** the studio's own limits, by action */
  limits: ReadonlyMap<string, ActionLimits>;
  /** the programs that workstations can start, if the studio configured any */
  launchers: Launchers | undefined;
  kabaret: Kabaret | undefined;
  /** what the studio's chat is told, if anything */
  chat: ChatSettings | undefined;
  /** trust the X-Forwarded headers of a proxy in front of the worker */
  trustsProxy: boolean;
  /** the worker's route covers Kitsu's pages, to which it adds the script */
  injects: boolean;
  /** set only by `npm start`: the log is open on localhost */
  isLocal: boolean;
  /** for a person of whom neither Zou nor the browser says their language: "fr" */
  language: string | undefined;
  /** for a person of whom Zou says no time zone: "Europe/Paris" */
  timeZone: string | undefined;
  /** when this version was deployed, in epoch seconds */
  deployedAtS: number;
  /** all variables, secrets and bindings that are not empty, for a studio's own actions */
  env: Variables;
};

/** Of a deployment that tells a chat something. */
export type SettingsWithChat = Settings & { chat: ChatSettings };

const DAY_S = 86_400;

/** What is wrong with a setting, and what to set. */
export type SettingProblem = { name: string; text: Message };

/** `problems` is empty if all settings are valid. */
export type InspectedSettings = { settings: Settings; problems: readonly SettingProblem[] };

const cache = new WeakMap<Variables, InspectedSettings>();

/** Throws a failure that names all settings that are invalid. */
export function readSettings(env: Variables): Settings {
  const { settings, problems } = inspectSettings(env);
  if (problems.length > 0) throw notConfigured(problems);
  return settings;
}

/**
 * All problems at once, and settings in which whatever is invalid is not set. Only what helps to
 * fix them works with those: without a valid KITSU_URL, `kitsuUrls` is empty. Parses them once per
 * environment.
 */
export function inspectSettings(env: Variables): InspectedSettings {
  const inspected = cache.get(env) ?? parseSettings(env);
  cache.set(env, inspected);
  return inspected;
}

/** In place of a KITSU_URL that is invalid. */
const NO_KITSU = "https://kitsu.invalid";

function parseSettings(env: Variables): InspectedSettings {
  // An empty variable counts as unset.
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = v.safeParse(Environment, set);
  const problems = (parsed.issues ?? []).map((issue) => ({ name: nameOf(issue), text: explainIssue(issue) }));
  const invalid = new Set(problems.map(({ name }) => name));
  const vars = parsed.success
    ? parsed.output
    : v.parse(Environment, {
        ...Object.fromEntries(Object.entries(set).filter(([name]) => !invalid.has(name))),
        ...(invalid.has("KITSU_URL") && { KITSU_URL: NO_KITSU }),
      });
  // Without a path of its own, nothing tells the worker's requests from Kitsu's.
  if (vars.INJECT === "1" && vars.BASE_PATH.replace(/\/$/, "") === "")
    problems.push({ name: "INJECT", text: message("settings.inject", { name: "INJECT", setting: "BASE_PATH" }) });
  return { settings: toSettings(env, set, vars), problems };
}

/** The setting that an issue is about. */
const nameOf = (issue: v.BaseIssue<unknown>) => String(issue.path?.[0]?.key);

function toSettings(env: Variables, set: Variables, vars: v.InferOutput<typeof Environment>): Settings {
  const basePath = vars.BASE_PATH.replace(/\/$/, "");
  const kitsuUrls = vars.KITSU_URL.filter((url) => url !== NO_KITSU).map((url) => url.replace(/\/+$/, ""));
  const kitsuOrigins = [...new Set(kitsuUrls.map((url) => new URL(url).origin))];
  return {
    kitsuUrls,
    kitsuOrigins,
    basePath,
    schemes: listSchemes(kitsuOrigins, vars),
    logToken: vars.LOG_TOKEN || undefined,
    logRetentionS: Math.max(60, Math.round(vars.LOG_RETENTION_DAYS * DAY_S)),
    actionTimeLimitMs: vars.ACTION_TIME_LIMIT * 1_000,
    longRunLimitMs: vars.LONG_RUN_LIMIT_HOURS * 3_600_000,
    longRunEveryMs: vars.LONG_RUN_EVERY_SECONDS * 1_000,
    forwardTargets: Object.entries(vars.FORWARD_TARGETS).map(([id, target]) => ({
      id,
      title: target.title ?? id.charAt(0).toUpperCase() + id.slice(1).replaceAll("-", " "),
      about: target.about ?? message("settings.forwardAbout"),
      url: target.url,
      secret: findSecret(env, id),
      timeLimitMs: target.timeLimit * 1_000,
      isIdempotent: target.idempotent,
    })),
    kitsuApi: (vars.KITSU_API ?? `${kitsuUrls[0]}/api`).replace(/\/$/, ""),
    kitsuToken: vars.KITSU_TOKEN || undefined,
    trust: vars.TRUST ?? chooseDefaultTrust(vars),
    access: readAccess(vars),
    limits: new Map(Object.entries(vars.ACTION_LIMITS)),
    launchers: vars.LAUNCHERS,
    kabaret: vars.KABARET,
    chat: readChat(vars, basePath === "" ? undefined : `${kitsuOrigins[0]}${basePath}`),
    ...readFarms(vars),
    trustsProxy: vars.TRUST_PROXY === "1",
    injects: vars.INJECT === "1",
    isLocal: vars.LOCAL === "1",
    language: vars.LANGUAGE,
    timeZone: vars.TIME_ZONE,
    deployedAtS: Math.floor(Date.parse(vars.VERSION.timestamp) / 1_000),
    env: set,
  };
}

/**
 * The schemes that may be opened: https, those the studio lists, and those its launchers and the
 * pages of its farms need.
 */
function listSchemes(
  kitsuOrigins: readonly string[],
  { LINK_SCHEMES, LAUNCHERS, KABARET, FLAMENCO, AFANASY }: v.InferOutput<typeof Environment>,
): string[] {
  // Allow plain http if Kitsu uses it: the studio has other plain http servers, too.
  const pages = [...kitsuOrigins, FLAMENCO?.page ?? FLAMENCO?.url, AFANASY?.page];
  const launching = [...(LAUNCHERS ? schemesOf(LAUNCHERS) : []), ...(KABARET ? kabaretSchemes(KABARET) : [])];
  const all = ["https", ...pages.map((page) => page?.split(":")[0]?.toLowerCase() ?? ""), ...LINK_SCHEMES];
  return [...new Set([...all, ...launching.filter((scheme) => scheme !== "http")])].filter((scheme) =>
    isOpenable(`${scheme}://host`, [scheme]),
  );
}

const SECRET = /^whsec_(?:[A-Za-z0-9+/]{4}){6,}(?:[A-Za-z0-9+/]{2,3})?={0,2}$/;
/** One, or the new and the old one while it is replaced. */
const Secrets = v.pipe(
  v.string(),
  v.trim(),
  v.transform((secrets) => secrets.split(/\s+/)),
  v.array(v.pipe(v.string(), v.regex(SECRET))),
  v.transform((secrets) => secrets.join(" ")),
);

/**
 * With a bot's token, or with people's sessions, which arrive if the worker shares Kitsu's host.
 */
export const canAskKitsu = ({ kitsuToken, basePath }: Settings) => kitsuToken !== undefined || basePath !== "";

/**
 * A target's signing secret: its own, else the common one. FORWARD_TARGETS itself is not secret.
 */
function findSecret(env: Variables, id: string): string | undefined {
  const secret = v.safeParse(Secrets, env[secretName(id)] ?? env.FORWARD_SECRET);
  return secret.success ? secret.output : undefined;
}

function notConfigured(problems: readonly SettingProblem[]): Failure {
  const different = new Map(problems.map(({ text }) => [JSON.stringify(text), text]));
  return new Failure("not-configured", {
    text: joinSentences([...different.values()]),
    advice: message("settings.set"),
  });
}
