// Takes the environment and returns typed settings, or throws a failure that names each invalid
// variable and what to set.
import * as v from "valibot";
import { isOpenable } from "../../contract.ts";
import { Failure } from "../failure.ts";
import { SLUG } from "../format/slug.ts";
import { Kabaret, kabaretSchemes } from "../launch/kabaret-settings.ts";
import { Launchers, schemesOf } from "../launch/launchers.ts";
import { type ForwardTarget, secretName } from "../services/webhook-client.ts";
import { ROLES, type Role } from "../services/zou-objects.ts";
import { FARM_HELP, FARM_VARIABLES, type FarmSettings, readFarms } from "./farm-settings.ts";
import { boundedNumber, explainMember, jsonOrTable } from "./setting-schemas.ts";
import { chooseDefaultTrust, readAccess, TRUSTS, type Trust } from "./trust.ts";

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
};

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
  /** trust the X-Forwarded headers of a proxy in front of the worker */
  trustsProxy: boolean;
  /** set only by `npm start`: the log is open on localhost */
  isLocal: boolean;
  /** when this version was deployed, in epoch seconds */
  deployedAtS: number;
};

const DAY_S = 86_400;

const wordList = v.pipe(
  v.optional(v.string(), ""),
  v.transform((list) => list.split(/[\s,]+/).filter(Boolean)),
);
const httpUrl = v.pipe(v.string(), v.url(), v.regex(/^https?:\/\//i));

const ForwardTargets = v.record(
  v.pipe(v.string(), v.regex(SLUG, "an action id has lower-case letters, digits and single hyphens")),
  v.object({
    url: httpUrl,
    title: v.optional(v.pipe(v.string(), v.maxLength(80))),
    about: v.optional(v.string(), "Sends the selected tasks to a server of the studio."),
    timeLimit: boundedNumber(20, 120),
    idempotent: v.optional(v.boolean(), false),
  }),
);

const Environment = v.object({
  KITSU_URL: v.pipe(wordList, v.minLength(1), v.array(httpUrl)),
  BASE_PATH: v.pipe(v.optional(v.string(), ""), v.regex(/^(\/[\w.~-]+)*\/?$/)),
  LINK_SCHEMES: v.pipe(wordList, v.array(v.pipe(v.string(), v.regex(/^[a-z][a-z0-9+.-]*$/)))),
  LOG_TOKEN: v.optional(v.pipe(v.string(), v.trim(), v.minLength(16))),
  LOG_RETENTION_DAYS: boundedNumber(90, 3_650),
  ACTION_TIME_LIMIT: boundedNumber(25, 300),
  LONG_RUN_LIMIT_HOURS: boundedNumber(72, 720),
  LONG_RUN_EVERY_SECONDS: boundedNumber(2, 3_600),
  FORWARD_TARGETS: v.pipe(
    v.optional(v.union([v.pipe(v.string(), v.parseJson()), v.looseObject({})]), {}),
    ForwardTargets,
  ),
  KITSU_API: v.optional(httpUrl),
  KITSU_TOKEN: v.optional(v.pipe(v.string(), v.trim())),
  TRUST: v.optional(v.picklist(TRUSTS)),
  ACCESS_TEAM: v.optional(v.pipe(v.string(), v.regex(/^([a-z0-9-]+|https:\/\/[a-z0-9.-]+)?$/)), ""),
  ACCESS_AUDIENCE: v.optional(v.string(), ""),
  ACTION_LIMITS: v.pipe(
    v.optional(v.union([v.pipe(v.string(), v.parseJson()), v.looseObject({})]), {}),
    v.record(
      v.string(),
      v.strictObject({
        projects: v.optional(v.array(v.pipe(v.string(), v.uuid()))),
        departments: v.optional(v.array(v.pipe(v.string(), v.uuid()))),
        roles: v.optional(v.array(v.picklist(ROLES))),
      }),
    ),
  ),
  LAUNCHERS: v.optional(jsonOrTable(Launchers)),
  KABARET: v.optional(jsonOrTable(Kabaret)),
  ...FARM_VARIABLES,
  TRUST_PROXY: v.optional(v.picklist(["0", "1"]), "0"),
  LOCAL: v.optional(v.string(), ""),
  VERSION: v.fallback(v.object({ timestamp: v.pipe(v.string(), v.isoTimestamp()) }), {
    timestamp: "1970-01-01T00:00:00.000Z",
  }),
});

/** What each variable must be. Completes the sentence "<variable> must be …". */
const HELP: Record<keyof typeof Environment.entries, string> = {
  KITSU_URL: 'the address of your Kitsu, such as "https://kitsu.studio.tld"; separate several by commas',
  BASE_PATH: 'empty, or the path of the worker\'s route on a shared host, such as "/edge"',
  LINK_SCHEMES: 'the schemes that links may have besides https, such as "http rvlink"',
  LOG_TOKEN: "a secret of at least 16 characters that opens the log: wrangler secret put LOG_TOKEN",
  LOG_RETENTION_DAYS: 'the number of days that the log is kept, such as "90"; at most 3650',
  ACTION_TIME_LIMIT: 'the number of seconds that an action may take, such as "25"; at most 300',
  LONG_RUN_LIMIT_HOURS: 'the number of hours that a long run is watched, such as "72"; at most 720',
  LONG_RUN_EVERY_SECONDS: 'the minimum number of seconds between two checks of a long run, such as "2"; at most 3600',
  FORWARD_TARGETS: '{"<action id>": {"url": "https://pipeline.studio.tld/kitsu", "title": "Publish", "timeLimit": 20}}',
  KITSU_API: 'the address of Kitsu\'s API, if it is not KITSU_URL followed by "/api"',
  KITSU_TOKEN: "the token of a bot in Kitsu: wrangler secret put KITSU_TOKEN",
  TRUST: `one of ${TRUSTS.join(", ")}`,
  ACCESS_TEAM: 'the name of your Cloudflare Access team: "studio" for studio.cloudflareaccess.com',
  ACCESS_AUDIENCE: "the audience tag of the Access application",
  ACTION_LIMITS: '{"<action id>": {"projects": ["<id>"], "departments": ["<id>"], "roles": ["manager"]}}',
  LAUNCHERS: '{"launchers": [{"id": "rv", "label": "Open in RV", "kind": "rvlink"}]}, see docs/launch.md',
  KABARET: '{"task_names": {"Animation": "animation"}}, see docs/kabaret.md',
  ...FARM_HELP,
  TRUST_PROXY: '"1" if your own proxy in front of the worker sets X-Forwarded-Proto and X-Forwarded-Host',
  LOCAL: "unset: only npm start sets it",
  VERSION: "the version_metadata binding",
};

const cache = new WeakMap<Variables, Settings>();

/** Parses the settings once per environment. */
export function readSettings(env: Variables): Settings {
  const settings = cache.get(env) ?? parseSettings(env);
  cache.set(env, settings);
  return settings;
}

function parseSettings(env: Variables): Settings {
  // An empty variable counts as unset.
  const parsed = v.safeParse(Environment, Object.fromEntries(Object.entries(env).filter(([, value]) => value !== "")));
  if (!parsed.success) throw notConfigured(parsed.issues.map((issue) => explain(issue)));
  const vars = parsed.output;
  const kitsuUrls = vars.KITSU_URL.map((url) => url.replace(/\/+$/, ""));
  const kitsuOrigins = [...new Set(kitsuUrls.map((url) => new URL(url).origin))];
  return {
    kitsuUrls,
    kitsuOrigins,
    basePath: vars.BASE_PATH.replace(/\/$/, ""),
    schemes: listSchemes(kitsuOrigins, vars),
    logToken: vars.LOG_TOKEN || undefined,
    logRetentionS: Math.max(60, Math.round(vars.LOG_RETENTION_DAYS * DAY_S)),
    actionTimeLimitMs: vars.ACTION_TIME_LIMIT * 1_000,
    longRunLimitMs: vars.LONG_RUN_LIMIT_HOURS * 3_600_000,
    longRunEveryMs: vars.LONG_RUN_EVERY_SECONDS * 1_000,
    forwardTargets: Object.entries(vars.FORWARD_TARGETS).map(([id, target]) => ({
      id,
      title: target.title ?? id.charAt(0).toUpperCase() + id.slice(1).replaceAll("-", " "),
      about: target.about,
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
    ...readFarms(vars),
    trustsProxy: vars.TRUST_PROXY === "1",
    isLocal: vars.LOCAL === "1",
    deployedAtS: Math.floor(Date.parse(vars.VERSION.timestamp) / 1_000),
  };
}

/** The schemes that may be opened: https, those the studio lists, and those its launchers need. */
function listSchemes(
  kitsuOrigins: readonly string[],
  { LINK_SCHEMES, LAUNCHERS, KABARET }: v.InferOutput<typeof Environment>,
): string[] {
  // Allow plain http if Kitsu uses it: the studio has other plain http servers, too.
  const launching = [...(LAUNCHERS ? schemesOf(LAUNCHERS) : []), ...(KABARET ? kabaretSchemes(KABARET) : [])];
  const all = ["https", ...kitsuOrigins.map((origin) => origin.split(":")[0] ?? ""), ...LINK_SCHEMES];
  return [...new Set([...all, ...launching.filter((scheme) => scheme !== "http")])].filter((scheme) =>
    isOpenable(`${scheme}://host`, [scheme]),
  );
}

const Secret = v.pipe(v.string(), v.regex(/^whsec_[A-Za-z0-9+/]{24,}={0,2}$/));

/**
 * With a bot's token, or with people's sessions, which arrive if the worker shares Kitsu's host.
 */
export const canAskKitsu = ({ kitsuToken, basePath }: Settings) => kitsuToken !== undefined || basePath !== "";

/**
 * A target's signing secret: its own, else the common one. FORWARD_TARGETS itself is not secret.
 */
function findSecret(env: Variables, id: string): string | undefined {
  const secret = v.safeParse(Secret, env[secretName(id)] ?? env.FORWARD_SECRET);
  return secret.success ? secret.output : undefined;
}

function explain(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue) ?? "";
  const name = path.split(".")[0] ?? "";
  const help = Object.entries(HELP).find(([key]) => key === name)?.[1] ?? "";
  if (path !== name && ["LAUNCHERS", "KABARET", "AFANASY", "FLAMENCO"].includes(name))
    return `${path} ${explainMember(issue)}`;
  return `${path} must be ${help}`;
}

function notConfigured(problems: string[]): Failure {
  return new Failure("not-configured", {
    text: `${[...new Set(problems)].join(". ")}.`,
    advice: "Set it in wrangler.toml under [vars], or as a secret, then deploy again.",
  });
}
