// The environment, parsed once: what is wrong with it is said in sentences that name the variable and what to set.
import * as v from "valibot";
import { isOpenable } from "../../contract.ts";
import { Failure } from "../failure.ts";
import { Kabaret, kabaretSchemes } from "../launch/kabaret-settings.ts";
import { Launchers, schemesOf } from "../launch/launchers.ts";
import { type ForwardTarget, secretName } from "../services/webhook-client.ts";
import { ROLES, type Role } from "../services/zou-objects.ts";
import { FARM_HELP, FARM_VARIABLES, type FarmSettings, readFarms } from "./farm-settings.ts";
import { boundedNumber, explainMember, jsonOrTable } from "./setting-schemas.ts";
import { chooseDefaultTrust, readAccess, TRUSTS, type Trust } from "./trust.ts";

/**
 * Bindings and variables as they come from wrangler.toml, the dashboard and `wrangler secret`. `env.d.ts` beside this is what `wrangler types` makes of wrangler.toml;
 * a studio's deployment may lack a binding, and what a variable says is not trusted.
 */
export type Env = Partial<Cloudflare.Env> & Pick<Cloudflare.Env, "RUNS"> & Variables;
type Variables = Readonly<Record<string, unknown>>;

/** Where one action may be used: absent is everywhere, by everybody. */
export type ActionLimits = {
  projects?: string[] | undefined;
  departments?: string[] | undefined;
  roles?: Role[] | undefined;
};

export type Settings = FarmSettings & {
  /** the studio's Kitsu addresses, the first one is linked to */
  kitsuUrls: readonly string[];
  /** their origins: the only pages that may run actions */
  kitsuOrigins: readonly string[];
  /** "" or "/edge": where the worker lives on its host */
  basePath: string;
  /** what `isOpenable` is asked with */
  schemes: readonly string[];
  logToken: string | undefined;
  logRetentionS: number;
  actionTimeLimitMs: number;
  /** how long a run that goes on after its answer is followed at the most, and what is between two looks at the least */
  longRunLimitMs: number;
  longRunEveryMs: number;
  forwardTargets: readonly ForwardTarget[];
  /** Kitsu's API, and the account we read it with where the person's own session does not come along */
  kitsuApi: string;
  kitsuToken: string | undefined;
  /** the least a deployment wants to know of who calls */
  trust: Trust;
  /** Cloudflare Access in front of the worker: its team's address, and the application's audience tag */
  access: { team: string; audience: string } | undefined;
  /** what the studio allows beyond what the actions themselves say, by action */
  limits: ReadonlyMap<string, ActionLimits>;
  /** the programs workstations can be asked to start, where the studio named some */
  launchers: Launchers | undefined;
  kabaret: Kabaret | undefined;
  /** a proxy in front of the worker says how it was reached */
  trustsProxy: boolean;
  /** set by `npm start` alone: the log is open on localhost */
  isLocal: boolean;
  /** when this version of worker and settings was made, in epoch seconds */
  deployedAtS: number;
};

const DAY_S = 86_400;

const wordList = v.pipe(
  v.optional(v.string(), ""),
  v.transform((list) => list.split(/[\s,]+/).filter(Boolean)),
);
const httpUrl = v.pipe(v.string(), v.url(), v.regex(/^https?:\/\//i));

const ForwardTargets = v.record(
  v.pipe(
    v.string(),
    v.regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "an action id has small letters, digits and single hyphens"),
  ),
  v.object({
    url: httpUrl,
    title: v.optional(v.pipe(v.string(), v.maxLength(80))),
    about: v.optional(v.string(), "Hands the selected tasks to a server of the studio."),
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

/** What to write where, for each variable: shown when its value can't be used. */
const HELP: Record<keyof typeof Environment.entries, string> = {
  KITSU_URL: 'the address of your Kitsu, "https://kitsu.studio.tld"; several are separated by commas',
  BASE_PATH: 'empty, or the path of the route the worker has on a shared host, "/edge"',
  LINK_SCHEMES: 'the schemes that links may have beside https, "http rvlink"',
  LOG_TOKEN: "a secret of at least 16 characters that opens the log: wrangler secret put LOG_TOKEN",
  LOG_RETENTION_DAYS: 'how many days the log is kept, "90"',
  ACTION_TIME_LIMIT: 'how many seconds an action may take, "25"; 300 at most',
  LONG_RUN_LIMIT_HOURS: 'how many hours a run is followed, "72"; 720 at most',
  LONG_RUN_EVERY_SECONDS: 'how many seconds there are at least between two looks at a run, "2"; 3600 at most',
  FORWARD_TARGETS: '{"<action id>": {"url": "https://pipeline.studio.tld/kitsu", "title": "Publish", "timeLimit": 20}}',
  KITSU_API: 'the address of Kitsu\'s API, if it is not KITSU_URL with "/api" behind it',
  KITSU_TOKEN: "the token of a bot in Kitsu: wrangler secret put KITSU_TOKEN",
  TRUST: `one of ${TRUSTS.join(", ")}`,
  ACCESS_TEAM: 'the name of your Cloudflare Access team, "studio" of studio.cloudflareaccess.com',
  ACCESS_AUDIENCE: "the audience tag of the Access application",
  ACTION_LIMITS: '{"<action id>": {"projects": ["<id>"], "departments": ["<id>"], "roles": ["manager"]}}',
  LAUNCHERS: '{"launchers": [{"id": "rv", "label": "Open in RV", "kind": "rvlink"}]}, see docs/launch.md',
  KABARET: '{"task_names": {"Animation": "animation"}}, see docs/kabaret.md',
  ...FARM_HELP,
  TRUST_PROXY: '"1" where a proxy of yours in front of the worker sets X-Forwarded-Proto and X-Forwarded-Host',
  LOCAL: "nothing: npm start sets it",
  VERSION: "the version_metadata binding",
};

const cache = new WeakMap<Variables, Settings>();

/** Reads the settings, once per environment. */
export function readSettings(env: Variables): Settings {
  const settings = cache.get(env) ?? parseSettings(env);
  cache.set(env, settings);
  return settings;
}

function parseSettings(env: Variables): Settings {
  // A variable that is emptied is one that is not set.
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

/** What may be opened: https, what the studio lists, and what its launchers need. */
function listSchemes(
  kitsuOrigins: readonly string[],
  { LINK_SCHEMES, LAUNCHERS, KABARET }: v.InferOutput<typeof Environment>,
): string[] {
  // Plain http is for a studio whose Kitsu is plain http: it has plain http servers, too.
  const launching = [...(LAUNCHERS ? schemesOf(LAUNCHERS) : []), ...(KABARET ? kabaretSchemes(KABARET) : [])];
  const all = ["https", ...kitsuOrigins.map((origin) => origin.split(":")[0] ?? ""), ...LINK_SCHEMES];
  return [...new Set([...all, ...launching.filter((scheme) => scheme !== "http")])].filter((scheme) =>
    isOpenable(`${scheme}://host`, [scheme]),
  );
}

const Secret = v.pipe(v.string(), v.regex(/^whsec_[A-Za-z0-9+/]{24,}={0,2}$/));

/** Is there a way to ask Kitsu: a bot's account, or persons' sessions, which come along where we live on Kitsu's own host? */
export const canAskKitsu = ({ kitsuToken, basePath }: Settings) => kitsuToken !== undefined || basePath !== "";

/** The signing secret of one target: its own, else the one for all. Never part of FORWARD_TARGETS, which is no secret. */
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
    advice: "Set it in wrangler.toml under [vars], or as a secret, and deploy again.",
  });
}
