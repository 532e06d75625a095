// Planted faults: the doctor names each, how bad it is, and where to mend it.
import { describe, expect, it } from "vitest";
import type { Level } from "../../../worker/doctor/finding.ts";
import {
  addCustomAction,
  diagnose,
  htmlPage,
  isFault,
  openSurroundings,
  type Surroundings,
} from "../../support/worker/doctor.ts";
import { EDGE, KITSU, VARIABLES } from "../../support/worker/worker.ts";
import { API, BOT, BOT_TOKEN } from "../../support/worker/zou.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const TARGET = "https://pipeline.studio.tld/kitsu";
const FLAMENCO = "https://flamenco.studio.tld";
const AFANASY = "https://afanasy.studio.tld";
const ACCESS = { ACCESS_TEAM: "studio", ACCESS_AUDIENCE: "the-tag" };
const AT_CLOUDFLARE = { headers: { "cf-ray": "8f0" } };

const publish = (url = TARGET, rest = {}) => ({
  FORWARD_TARGETS: { publish: { url, ...rest } },
  FORWARD_SECRET: SECRET,
});
const flamenco = { FLAMENCO: { url: FLAMENCO, blend: "/mnt/prod/{entity}.blend", output: "/mnt/prod/{entity}" } };
const afanasy = {
  AFANASY: { url: AFANASY, templates: [{ id: "blender", service: "blender", command: "blender @#@ @#@" }] },
};
const refuse =
  (status: number, words: object = {}) =>
  () =>
    Response.json(words, { status });
const dead = () => new Error("Network connection lost.");
const redirect = (to: string) => () => new Response(null, { status: 301, headers: { location: to } });
const token = (claims: object) => `h.${btoa(JSON.stringify(claims)).replaceAll("=", "")}.s`;
const inDays = (days: number) => Math.floor(Date.now() / 1_000) + days * 86_400 + 3_600;

const NINE_DAYS = token({ exp: inDays(9) });
const TODAY = token({ exp: inDays(0), identity_type: "person" });

const CHAT = { CHAT_WEBHOOK: "https://chat.studio.tld/hooks/SECRET", CHAT: { failures: ["debug"] } };

type Fault = {
  is: string;
  settings?: Record<string, unknown>;
  outside?: (surroundings: Surroundings) => void;
  request?: { path?: string; headers?: Record<string, string> };
  id: string;
  level: Level;
  says: RegExp;
  fix: RegExp;
};

const addAction =
  (action: { name: string; url: string; is_ajax?: boolean }) =>
  ({ zou }: Surroundings) =>
    addCustomAction(zou, 100, action);
const onPage =
  (headers: Record<string, string>, head = "") =>
  ({ answer }: Surroundings) =>
    answer(`${KITSU}/|`, () => htmlPage(headers, head));
const at =
  (address: string, give: () => Response | Error) =>
  ({ answer }: Surroundings) =>
    answer(address, give);

const FAULTS: readonly Fault[] = [
  // Settings
  {
    is: "an invalid setting",
    settings: { ACTION_TIME_LIMIT: "soon" },
    id: "setting-invalid",
    level: "broken",
    says: /ACTION_TIME_LIMIT must be/,
    fix: /settings file\), correct ACTION_TIME_LIMIT/,
  },
  {
    is: "an invalid secret",
    settings: { KITSU_TOKEN: 5 },
    id: "setting-invalid",
    level: "broken",
    says: /KITSU_TOKEN/,
    fix: /secret put KITSU_TOKEN/,
  },
  {
    is: "no address of Kitsu",
    settings: { KITSU_URL: "" },
    id: "setting-invalid",
    level: "broken",
    says: /KITSU_URL must be/,
    fix: /settings file\), correct KITSU_URL/,
  },
  {
    is: "an invalid path",
    settings: { BASE_PATH: "edge/" },
    request: { path: "/edge/doctor.json" },
    id: "setting-invalid",
    level: "broken",
    says: /BASE_PATH/,
    fix: /correct BASE_PATH/,
  },
  {
    is: "a misspelled setting",
    settings: { KITSU_TOKN: "x" },
    id: "setting-unknown",
    level: "risky",
    says: /mean KITSU_TOKEN/,
    fix: /settings file\), rename it to KITSU_TOKEN/,
  },
  {
    is: "a setting that nothing reads",
    settings: { WEATHER: "x" },
    id: "setting-unknown",
    level: "worth-knowing",
    says: /no such/,
    fix: /settings file\), remove WEATHER/,
  },
  {
    is: "a secret of no target",
    settings: { ...publish(), FORWARD_SECRET_PUBLIHS: SECRET },
    id: "secret-unused",
    level: "risky",
    says: /FORWARD_SECRET_PUBLISH/,
    fix: /secret delete FORWARD_SECRET_PUBLIHS/,
  },
  {
    is: "the API as Kitsu's address",
    settings: { KITSU_URL: API },
    id: "kitsu-url-is-api",
    level: "broken",
    says: /not of its API/,
    fix: /set KITSU_URL to "https:\/\/kitsu\.studio\.tld"/,
  },
  {
    is: "Kitsu on plain http",
    settings: { KITSU_URL: "http://kitsu.studio.tld" },
    id: "kitsu-plain-http",
    level: "risky",
    says: /plain http/,
    fix: /https.*KITSU_URL/,
  },
  {
    is: "a limit of a misspelled action",
    settings: { ACTION_LIMITS: { coment: { roles: ["manager"] } } },
    id: "limit-unknown",
    level: "broken",
    says: /"coment".*mean comment/,
    fix: /ACTION_LIMITS: debug/,
  },
  {
    is: "a limit that nobody passes",
    settings: { KITSU_TOKEN: "", ACTION_LIMITS: { debug: { roles: ["manager"] } } },
    id: "limit-without-trust",
    level: "broken",
    says: /debug/,
    fix: /secret put KITSU_TOKEN/,
  },
  {
    is: "a target with an action's name",
    settings: { FORWARD_TARGETS: { debug: { url: TARGET } }, FORWARD_SECRET: SECRET },
    id: "target-name-taken",
    level: "broken",
    says: /same name/,
    fix: /settings file\), rename the target/,
  },
  {
    is: "a target that may take too long",
    settings: publish(TARGET, { timeLimit: 60 }),
    id: "target-time-limit",
    level: "risky",
    says: /60 seconds/,
    fix: /ACTION_TIME_LIMIT above 60/,
  },
  {
    is: "LOCAL on a server",
    settings: { LOCAL: "1" },
    id: "local-on-server",
    level: "broken",
    says: /npm start/,
    fix: /settings file\), remove LOCAL/,
  },
  {
    is: "no account in Kitsu",
    settings: { KITSU_TOKEN: "" },
    id: "kitsu-account-missing",
    level: "risky",
    says: /no account/,
    fix: /secret put KITSU_TOKEN/,
  },
  {
    is: "Kitsu's address with a part for its page",
    settings: { KITSU_URL: `${KITSU}/#/productions` },
    id: "kitsu-url-extra",
    level: "broken",
    says: /“#”/,
    fix: /set KITSU_URL to "https:\/\/kitsu\.studio\.tld"/,
  },
  {
    is: "a limit with an empty list",
    settings: { ACTION_LIMITS: { debug: { roles: [] } } },
    id: "limit-empty",
    level: "broken",
    says: /Nobody may run "debug"/,
    fix: /settings file\), correct/,
  },
  {
    is: "a misspelled member of a target",
    settings: { ...publish(), FORWARD_TARGETS: JSON.stringify({ publish: { url: TARGET, timelimit: 60 } }) },
    id: "setting-unknown",
    level: "risky",
    says: /mean timeLimit/,
    fix: /timeLimit, idempotent/,
  },
  {
    is: "a setting that was cut off",
    settings: { ACCESS_TEAM: "studio", ACCESS_AUD: "the-tag" },
    id: "setting-unknown",
    level: "risky",
    says: /mean ACCESS_AUDIENCE/,
    fix: /rename it to ACCESS_AUDIENCE/,
  },
  ...[`"${BOT_TOKEN}"`, `Bearer ${BOT_TOKEN}`, `${BOT_TOKEN.slice(0, 5)}\n${BOT_TOKEN.slice(5)}`].map(
    (KITSU_TOKEN): Fault => ({
      is: `what was pasted around a token: ${JSON.stringify(KITSU_TOKEN).slice(0, 12)}`,
      settings: { KITSU_TOKEN },
      id: "secret-malformed",
      level: "risky",
      says: /quotes, spaces or “Bearer”/,
      fix: /secret put KITSU_TOKEN/,
    }),
  ),
  {
    is: "a secret that is used twice",
    settings: { LOG_TOKEN: VARIABLES.LOG_TOKEN, KITSU_TOKEN: VARIABLES.LOG_TOKEN },
    outside: ({ zou }) => void zou.sessions.set(VARIABLES.LOG_TOKEN, BOT),
    id: "secret-shared",
    level: "risky",
    says: /KITSU_TOKEN is the same/,
    fix: /secret put LOG_TOKEN/,
  },
  {
    is: "half of a service token",
    settings: { ...flamenco, FLAMENCO_ACCESS_ID: "id" },
    id: "secret-half",
    level: "broken",
    says: /FLAMENCO_ACCESS_SECRET is missing/,
    fix: /secret put FLAMENCO_ACCESS_SECRET/,
  },
  // Storage
  {
    is: "no KV",
    settings: { RUNS: undefined },
    id: "kv-missing",
    level: "broken",
    says: /no run is logged/,
    fix: /wrangler\.toml/,
  },
  {
    is: "KV that is full",
    settings: {
      RUNS: {
        get: async () => null,
        put: async () => Promise.reject(new Error("KV PUT failed: 429 Too Many Requests")),
      },
    },
    id: "kv-failed",
    level: "broken",
    says: /429/,
    fix: /1,000 writes a day/,
  },
  {
    is: "no Durable Object",
    settings: { LONG_RUNS: undefined },
    id: "durable-object-missing",
    level: "broken",
    says: /missing/,
    fix: /kitsu-actions doctor/,
  },
  {
    is: "no limit of calls",
    settings: { CALLS_BY_PERSON: undefined },
    id: "rate-limit-missing",
    level: "risky",
    says: /Nothing limits/,
    fix: /\[\[ratelimits\]\]/,
  },
  {
    is: "a clock that is wrong",
    outside: at(`${API}/|`, () =>
      Response.json(
        { api: "Zou", version: "1.0.97" },
        { headers: { date: new Date(Date.now() - 900_000).toUTCString() } },
      ),
    ),
    id: "clock-wrong",
    level: "broken",
    says: /differ by (899|900|901) seconds/,
    fix: /timedatectl/,
  },
  // Kitsu
  {
    is: "a Kitsu that nobody answers for",
    outside: at(KITSU, dead),
    id: "kitsu-unreachable",
    level: "broken",
    says: /can't be reached/,
    fix: /KITSU_URL in the settings/,
  },
  {
    is: "a certificate that is not valid",
    outside: at(KITSU, () => new Error("TLS peer's certificate is not trusted")),
    id: "kitsu-certificate",
    level: "broken",
    says: /certificate/,
    fix: /KITSU_URL/,
  },
  {
    is: "a web page in place of the API",
    settings: { KITSU_API: KITSU },
    id: "kitsu-web-page",
    level: "broken",
    says: /“Kitsu”/,
    fix: /set KITSU_API to "https:\/\/kitsu\.studio\.tld\/api"/,
  },
  {
    is: "a wrong path",
    settings: { KITSU_URL: `${KITSU}/film` },
    outside: at(`${KITSU}/film`, () => htmlPage()),
    id: "kitsu-web-page",
    level: "broken",
    says: /web page/,
    fix: /set KITSU_URL to "https:\/\/kitsu\.studio\.tld"/,
  },
  {
    is: "http in place of https",
    settings: { KITSU_URL: "http://kitsu.studio.tld" },
    outside: at("http://kitsu.studio.tld/api/", redirect(`${API}/`)),
    id: "kitsu-http",
    level: "broken",
    says: /redirects to https/,
    fix: /set KITSU_URL to "https:\/\/kitsu\.studio\.tld"/,
  },
  {
    is: "a login in front of Kitsu",
    outside: at(`${API}/`, refuse(401)),
    id: "kitsu-behind-login",
    level: "broken",
    says: /401/,
    fix: /Let the worker pass/,
  },
  {
    is: "a redirect to a login page",
    outside: at(`${API}/`, redirect("https://login.studio.tld/")),
    id: "kitsu-redirects",
    level: "broken",
    says: /login\.studio\.tld/,
    fix: /login page/,
  },
  {
    is: "a Kitsu that has moved to another host",
    outside: at(`${API}/`, redirect("https://www.studio.tld/api/")),
    id: "kitsu-redirects",
    level: "broken",
    says: /www\.studio\.tld/,
    fix: /If that is your Kitsu, set its address in the settings to "https:\/\/www\.studio\.tld"/,
  },
  {
    is: "a Kitsu that only the studio reaches",
    settings: { KITSU_URL: "https://kitsu.lan" },
    outside: at("https://kitsu.lan", dead),
    request: AT_CLOUDFLARE,
    id: "kitsu-unreachable",
    level: "broken",
    says: /can't be reached/,
    fix: /tunnel/,
  },
  {
    is: "a Kitsu that limits requests",
    outside: at(`${API}/`, refuse(429)),
    id: "kitsu-limits",
    level: "broken",
    says: /429/,
    fix: /Let the worker pass/,
  },
  {
    is: "a certificate of Kitsu's that Cloudflare refuses",
    outside: at(`${API}/`, refuse(526)),
    id: "kitsu-down",
    level: "broken",
    says: /no valid certificate for Cloudflare/,
    fix: /at Cloudflare/,
  },
  {
    is: "a Kitsu that is down",
    outside: at(`${API}/`, refuse(502)),
    id: "kitsu-down",
    level: "broken",
    says: /502/,
    fix: /Start Zou/,
  },
  {
    is: "a Zou that is too old",
    outside: ({ zou }) => void Object.assign(zou, { version: "0.19.3" }),
    id: "zou-too-old",
    level: "broken",
    says: /0\.19\.3/,
    fix: /Update Kitsu/,
  },
  {
    is: "a database that is down",
    outside: at(`${API}/status`, () => Response.json({ "database-up": false })),
    id: "zou-part-down",
    level: "broken",
    says: /database is down/,
    fix: /Kitsu's server/,
  },
  // The bot
  {
    is: "a token that was revoked",
    settings: { KITSU_TOKEN: token({ exp: inDays(90) }) },
    id: "bot-token-refused",
    level: "broken",
    says: /revoked/,
    fix: /under Bots/,
  },
  {
    is: "part of a token",
    settings: { KITSU_TOKEN: "garbled" },
    id: "bot-token-malformed",
    level: "broken",
    says: /not a token/,
    fix: /secret put KITSU_TOKEN/,
  },
  {
    is: "a token that has expired",
    settings: { KITSU_TOKEN: token({ exp: inDays(-3) }) },
    id: "bot-token-expired",
    level: "broken",
    says: /expired/,
    fix: /generate a new token/,
  },
  {
    is: "a token that soon expires",
    settings: { KITSU_TOKEN: NINE_DAYS },
    outside: ({ zou }) => void zou.sessions.set(NINE_DAYS, BOT),
    id: "bot-token-expires",
    level: "risky",
    says: /in 9 days/,
    fix: /generate a new token/,
  },
  {
    is: "a person's token that ends today",
    settings: { KITSU_TOKEN: TODAY },
    outside: ({ zou }) => void zou.sessions.set(TODAY, { ...BOT, is_bot: false }),
    id: "bot-token-expires",
    level: "risky",
    says: /within a day/,
    fix: /Create a bot/,
  },
  {
    is: "an answer about the bot that can't be read",
    outside: at(`${API}/auth/authenticated`, () => Response.json({ user: {} })),
    id: "bot-refused",
    level: "broken",
    says: /unexpected format/,
    fix: /Zou's log/,
  },
  {
    is: "a second factor",
    outside: at(`${API}/auth/authenticated`, refuse(403, { message: "No", two_factor_authentication_required: true })),
    id: "bot-second-factor",
    level: "broken",
    says: /second factor/,
    fix: /Create a bot/,
  },
  {
    is: "a person in place of a bot",
    outside: ({ zou }) => void zou.sessions.set("of-a-person", { ...BOT, is_bot: false }),
    settings: { KITSU_TOKEN: "of-a-person" },
    id: "bot-is-person",
    level: "risky",
    says: /of a person/,
    fix: /Create a bot/,
  },
  {
    is: "a bot that is an artist",
    outside: ({ zou }) => void zou.sessions.set("artist", { ...BOT, role: "user" }),
    settings: { KITSU_TOKEN: "artist" },
    id: "bot-role",
    level: "broken",
    says: /role is artist/,
    fix: /under Bots, give it the role production manager/,
  },
  {
    is: "a bot that is an administrator",
    outside: ({ zou }) => void zou.sessions.set("admin", { ...BOT, role: "admin" }),
    settings: { KITSU_TOKEN: "admin" },
    id: "bot-is-admin",
    level: "risky",
    says: /administrator/,
    fix: /production manager/,
  },
  {
    is: "a bot in no team",
    outside: ({ zou }) => zou.teams.clear(),
    id: "bot-not-in-team",
    level: "broken",
    says: /no open production/,
    fix: /under Team/,
  },
  // Trust
  {
    is: "a level out of reach",
    settings: { TRUST: "session" },
    id: "trust-out-of-reach",
    level: "broken",
    says: /reaches "claimed", so every call is refused/,
    fix: /docs\/trust\.md/,
  },
  {
    is: "a path of a host that is not Kitsu's",
    settings: { BASE_PATH: "/edge" },
    request: { path: "/edge/doctor.json" },
    id: "worker-not-on-kitsu-host",
    level: "broken",
    says: /edge\.studio\.tld/,
    fix: /remove BASE_PATH/,
  },
  {
    is: "a level that was lowered",
    settings: { TRUST: "unchecked" },
    id: "trust-lowered",
    level: "risky",
    says: /demand "claimed"/,
    fix: /remove TRUST/,
  },
  {
    is: "half of Cloudflare Access",
    settings: { ACCESS_TEAM: "studio" },
    id: "access-incomplete",
    level: "broken",
    says: /beside ACCESS_TEAM/,
    fix: /set ACCESS_AUDIENCE/,
  },
  {
    is: "another team of Access",
    settings: ACCESS,
    outside: at("https://studio.cloudflareaccess.com/", refuse(404)),
    id: "access-team-wrong",
    level: "broken",
    says: /no keys/,
    fix: /ACCESS_TEAM/,
  },
  {
    is: "a way around Access",
    settings: ACCESS,
    outside: at("https://studio.cloudflareaccess.com/", refuse(200, { keys: [{}] })),
    request: AT_CLOUDFLARE,
    id: "access-not-in-front",
    level: "risky",
    says: /around it/,
    fix: /Applications/,
  },
  {
    is: "Access that is not in front of a machine of one's own",
    settings: ACCESS,
    outside: at("https://studio.cloudflareaccess.com/", refuse(200, { keys: [{}] })),
    id: "access-not-in-front",
    level: "risky",
    says: /around it/,
    fix: /Applications/,
  },
  {
    is: "another audience",
    settings: ACCESS,
    outside: at("https://studio.cloudflareaccess.com/", refuse(200, { keys: [{}] })),
    request: { headers: { "cf-access-jwt-assertion": token({ aud: ["other"] }) } },
    id: "access-audience-wrong",
    level: "broken",
    says: /not the tag/,
    fix: /set ACCESS_AUDIENCE/,
  },
  {
    is: "a proxy that is not trusted",
    request: { headers: { "x-forwarded-host": "actions.studio.tld", "x-forwarded-proto": "https" } },
    id: "proxy-not-trusted",
    level: "risky",
    says: /actions\.studio\.tld/,
    fix: /set TRUST_PROXY to "1"/,
  },
  {
    is: "no proxy, but trust in one",
    settings: { TRUST_PROXY: "1" },
    id: "proxy-missing",
    level: "risky",
    says: /X-Forwarded-Host/,
    fix: /remove TRUST_PROXY/,
  },
  {
    is: "a worker on plain http",
    request: { path: "http://edge.studio.tld/doctor.json" },
    id: "worker-mixed-content",
    level: "broken",
    says: /browsers block/,
    fix: /https.*TRUST_PROXY/,
  },
  // Kitsu's page
  {
    is: "a Referrer-Policy that hides forms",
    outside: onPage({ "referrer-policy": "no-referrer" }),
    id: "referrer-policy",
    level: "broken",
    says: /"no-referrer"/,
    fix: /strict-origin-when-cross-origin" on Kitsu's web server/,
  },
  {
    is: "the same in the page itself",
    outside: onPage({}, '<meta name="referrer" content="same-origin">'),
    id: "referrer-policy",
    level: "broken",
    says: /"same-origin"/,
    fix: /Kitsu's web server/,
  },
  {
    is: "the old word for it",
    outside: onPage({}, '<meta name="referrer" content="never">'),
    id: "referrer-policy",
    level: "broken",
    says: /"never"/,
    fix: /Kitsu's web server/,
  },
  {
    is: "a policy without connect-src",
    outside: onPage({ "content-security-policy": "default-src 'self'" }),
    id: "csp-connect",
    level: "broken",
    says: /Ajax/,
    fix: /Add https:\/\/edge\.studio\.tld to connect-src/,
  },
  {
    is: "a policy without form-action",
    outside: onPage({ "content-security-policy": "form-action 'self'" }),
    id: "csp-form",
    level: "broken",
    says: /open a page/,
    fix: /to form-action/,
  },
  {
    is: "a policy without WebSockets",
    outside: onPage({ "content-security-policy": `connect-src ${EDGE}` }),
    id: "csp-websocket",
    level: "worth-knowing",
    says: /polled/,
    fix: /wss:\/\/edge\.studio\.tld to connect-src/,
  },
  {
    is: "a policy without the script",
    outside: onPage(
      { "content-security-policy": "script-src 'self'" },
      `<script src="${EDGE}/kitsu-actions.js"></script>`,
    ),
    id: "csp-script",
    level: "broken",
    says: /the script/,
    fix: /to script-src/,
  },
  {
    is: "a policy that trusts no address",
    outside: onPage(
      { "content-security-policy": `script-src 'strict-dynamic' 'nonce-abc' ${EDGE}` },
      `<script src="${EDGE}/kitsu-actions.js"></script>`,
    ),
    id: "csp-script",
    level: "broken",
    says: /the script/,
    fix: /to script-src/,
  },
  {
    is: "no page",
    outside: at(`${KITSU}/|`, refuse(404)),
    id: "kitsu-page-missing",
    level: "risky",
    says: /404/,
    fix: /KITSU_URL/,
  },
  // Custom actions
  {
    is: "a custom action with a typo",
    outside: addAction({ name: "Stats", url: `${EDGE}/actions/statistcs` }),
    id: "custom-action-unknown",
    level: "broken",
    says: /mean statistics/,
    fix: /Custom Actions, set its URL to https:\/\/edge\.studio\.tld\/actions\/statistics/,
  },
  {
    is: "a custom action without a path",
    outside: addAction({ name: "Stats", url: `${EDGE}/statistics` }),
    id: "custom-action-path",
    level: "broken",
    says: /no action/,
    fix: /Custom Actions, set its URL/,
  },
  {
    is: "a custom action without the worker's path",
    settings: { BASE_PATH: "/edge" },
    outside: addAction({ name: "Page", url: "/actions/debug" }),
    request: { path: `${KITSU}/edge/doctor.json` },
    id: "custom-action-path",
    level: "broken",
    says: /no action/,
    fix: /set its URL to https:\/\/kitsu\.studio\.tld\/edge\/actions\/debug/,
  },
  {
    is: "a custom action without an address",
    outside: addAction({ name: "Empty", url: "" }),
    id: "custom-action-address",
    level: "broken",
    says: /no address/,
    fix: /Custom Actions, correct its URL/,
  },
  {
    is: "a custom action on plain http",
    outside: addAction({ name: "Old", url: "http://tool.studio.tld/run", is_ajax: true }),
    id: "custom-action-mixed-content",
    level: "broken",
    says: /block it/,
    fix: /over https/,
  },
  {
    is: "a secret in a URL",
    outside: addAction({ name: "Key", url: "https://tool.studio.tld/run?token=abc" }),
    id: "custom-action-secret",
    level: "risky",
    says: /everyone/,
    fix: /take it out/,
  },
  {
    is: "a password in a URL",
    outside: addAction({ name: "Key", url: "https://me:pw@tool.studio.tld/run" }),
    id: "custom-action-secret",
    level: "risky",
    says: /everyone/,
    fix: /take it out/,
  },
  {
    is: "two custom actions of one name",
    outside: addAction({ name: "debug", url: `${EDGE}/actions/debug?x=1` }),
    id: "custom-action-same-name",
    level: "risky",
    says: /only one/,
    fix: /rename them/,
  },
  {
    is: "no custom action at all",
    outside: ({ zou }) => zou.customActions.clear(),
    id: "custom-actions-missing",
    level: "risky",
    says: /nobody can run/,
    fix: /npm run register/,
  },
  // Targets
  {
    is: "a target without a secret",
    settings: { ...publish(), FORWARD_SECRET: "" },
    id: "target-secret-missing",
    level: "broken",
    says: /not sent/,
    fix: /secret put FORWARD_SECRET/,
  },
  {
    is: "a malformed secret",
    settings: { ...publish(), FORWARD_SECRET_PUBLISH: "abc" },
    id: "target-secret-malformed",
    level: "broken",
    says: /whsec_/,
    fix: /secret put FORWARD_SECRET_PUBLISH/,
  },
  {
    is: "a target on plain http",
    settings: publish("http://pipeline.studio.tld/kitsu"),
    id: "target-plain-http",
    level: "risky",
    says: /can read/,
    fix: /correct its url/,
  },
  {
    is: "a target that is dead",
    settings: publish(),
    outside: at(TARGET, dead),
    id: "target-unreachable",
    level: "broken",
    says: /can't be reached/,
    fix: /Start it/,
  },
  {
    is: "a target that only the studio reaches",
    settings: publish("http://10.0.0.5/kitsu"),
    outside: at("http://10.0.0.5", dead),
    request: AT_CLOUDFLARE,
    id: "target-unreachable",
    level: "broken",
    says: /10\.0\.0\.5/,
    fix: /tunnel/,
  },
  {
    is: "a target that redirects",
    settings: publish(),
    outside: at(TARGET, redirect("https://login.studio.tld/")),
    id: "target-redirects",
    level: "broken",
    says: /login\.studio\.tld/,
    fix: /final address/,
  },
  {
    is: "a target at a wrong address",
    settings: publish(),
    outside: at(TARGET, refuse(404)),
    id: "target-not-found",
    level: "risky",
    says: /404/,
    fix: /settings file\), correct its url/,
  },
  {
    is: "a target that is down",
    settings: publish(),
    outside: at(TARGET, refuse(502)),
    id: "target-down",
    level: "broken",
    says: /502/,
    fix: /Start it/,
  },
  // Farms and delivery
  {
    is: "a Flamenco that is dead",
    settings: flamenco,
    outside: at(FLAMENCO, dead),
    id: "farm-failed",
    level: "broken",
    says: /flamenco\.studio\.tld can't be reached/,
    fix: /Start it, or correct FLAMENCO\.url/,
  },
  {
    is: "an Afanasy that is dead",
    settings: afanasy,
    outside: at(AFANASY, dead),
    id: "farm-failed",
    level: "broken",
    says: /afanasy\.studio\.tld can't be reached/,
    fix: /Start it, or correct AFANASY\.url/,
  },
  {
    is: "a Flamenco behind a login",
    settings: flamenco,
    outside: at(FLAMENCO, refuse(403)),
    id: "farm-failed",
    level: "broken",
    says: /rejected/,
    fix: /secret put FLAMENCO_ACCESS_ID/,
  },
  {
    is: "a page in place of Flamenco",
    settings: flamenco,
    outside: at(FLAMENCO, () => htmlPage()),
    id: "farm-failed",
    level: "broken",
    says: /unexpected format/,
    fix: /FLAMENCO\.url.*login.*FLAMENCO_ACCESS_ID/,
  },
  {
    is: "a relay with another token",
    settings: { ...afanasy, AFANASY_TOKEN: "another" },
    outside: at(AFANASY, refuse(401, { error: "unauthorized" })),
    id: "farm-failed",
    level: "broken",
    says: /401/,
    fix: /If the relay answered: npx wrangler secret put AFANASY_TOKEN/,
  },
  {
    is: "a Flamenco that is open to all",
    settings: flamenco,
    outside: ({ answer }) => {
      answer(`${FLAMENCO}/api/v3/version`, () => Response.json({ version: "3.6", name: "Flamenco" }));
      answer(`${FLAMENCO}/api/v3/configuration`, () => Response.json({ isFirstRun: false }));
      answer(`${FLAMENCO}/api/v3/jobs/types`, () => Response.json({ job_types: [{ name: "simple-blender-render" }] }));
      answer(`${FLAMENCO}/api/v3/worker-mgt/workers`, () => Response.json({ workers: [{ id: "w", status: "awake" }] }));
    },
    request: AT_CLOUDFLARE,
    id: "farm-open",
    level: "risky",
    says: /Internet/,
    fix: /Cloudflare Access/,
  },
  {
    is: "a script on plain http",
    outside: onPage({}, '<script src="http://edge.studio.tld/kitsu-actions.js"></script>'),
    id: "script-blocked",
    level: "broken",
    says: /browsers block it/,
    fix: /https:\/\/edge\.studio\.tld\/kitsu-actions\.js/,
  },
  {
    is: "two scripts",
    outside: onPage({}, `<script src="${EDGE}/kitsu-actions.js"></script>`.repeat(2)),
    id: "script-twice",
    level: "worth-knowing",
    says: /2 tags/,
    fix: /Leave one/,
  },
  {
    is: "the file for a userscript manager in a tag",
    outside: onPage({}, `<script src="${EDGE}/kitsu-actions.user.js"></script>`),
    id: "script-elsewhere",
    level: "worth-knowing",
    says: /another file/,
    fix: /kitsu-actions\.js on/,
  },
  {
    is: "a chat without its webhook",
    settings: { CHAT: { failures: ["debug"] } },
    id: "chat-incomplete",
    level: "broken",
    says: /CHAT and CHAT_WEBHOOK/,
    fix: /secret put CHAT_WEBHOOK/,
  },
  {
    is: "a chat that is told of an action that does not exist",
    settings: { ...CHAT, CHAT: { failures: ["statistcs"] } },
    id: "chat-action-unknown",
    level: "risky",
    says: /no action "statistcs"/,
    fix: /correct CHAT\.failures: .*statistics/,
  },
  {
    is: "INJECT elsewhere than at Cloudflare",
    settings: { INJECT: "1", BASE_PATH: "/edge", KITSU_URL: `${KITSU},https://edge.studio.tld` },
    request: { path: "/edge/doctor.json" },
    id: "inject-elsewhere",
    level: "broken",
    says: /only at Cloudflare/,
    fix: /remove INJECT/,
  },
];

describe("the doctor", () => {
  it("finds nothing broken or risky in a set-up without a fault", async () => {
    openSurroundings();
    expect((await diagnose()).filter(isFault)).toEqual([]);
  });

  it.each(FAULTS)("names $is", async ({ settings, outside, request, id, level, says, fix }) => {
    const surroundings = openSurroundings();
    outside?.(surroundings);
    const findings = await diagnose(settings, request);
    expect(findings).toContainEqual(
      expect.objectContaining({ id, level, text: expect.stringMatching(says), fix: expect.stringMatching(fix) }),
    );
  });

  it.each<[string, Pick<Fault, "settings" | "outside" | "request">]>([
    [
      "a policy that knows the script by its nonce",
      {
        outside: onPage(
          { "content-security-policy": "script-src 'strict-dynamic' 'nonce-aBc'" },
          `<script nonce="aBc" src="${EDGE}/kitsu-actions.js"></script>`,
        ),
      },
    ],
    [
      "what is commented out",
      { outside: onPage({}, '<!-- <meta name="referrer" content="no-referrer"> --><!-- <p> -->') },
    ],
    ["policies of which the last counts", { outside: onPage({ "referrer-policy": "no-referrer, strict-origin" }) }],
    [
      "a policy that is only reported",
      { outside: onPage({ "content-security-policy-report-only": "default-src 'self'" }) },
    ],
    [
      "a copy of an hour ago",
      {
        outside: at(`${API}/|`, () => {
          const date = new Date(Date.now() - 3_600_000).toUTCString();
          return Response.json({ api: "Zou", version: "1.0.97" }, { headers: { date, age: "3600" } });
        }),
      },
    ],
    ["secrets that end with a line break", { settings: { ...publish(), FORWARD_SECRET: `${SECRET}\n` } }],
    ["a studio's own secrets", { settings: { FARM_TOKEN: "Bearer x", S3_ACCESS_SECRET: '"x"' } }],
    [
      "what is on the same computer",
      { outside: addAction({ name: "Local", url: "http://127.0.0.1:5000/run", is_ajax: true }) },
    ],
    ["an address that is written twice", { settings: { KITSU_URL: `${KITSU}/,${KITSU}` } }],
  ])("accuses nobody of %s", async (_, { settings, outside, request }) => {
    const surroundings = openSurroundings();
    surroundings.answer(TARGET, () => new Response(null, { status: 405 }));
    outside?.(surroundings);
    expect((await diagnose(settings, request)).filter(isFault)).toEqual([]);
  });

  it("says the same once, and nothing else of what is invalid", async () => {
    openSurroundings();
    const findings = await diagnose({
      KITSU_URL: "kitsu.studio.tld",
      ACCESS_TEAM: "studio.cloudflareaccess.com",
      ACCESS_AUDIENCE: "the-tag",
      RUNS: "an id",
    });
    expect(
      findings.filter(({ level }) => level !== "fine" && level !== "worth-knowing").map((one) => one.subject),
    ).toEqual(["KITSU_URL", "ACCESS_TEAM", "RUNS"]);
    expect(findings.map(({ id }) => id)).not.toContain("setting-unknown");
  });

  it("says what the chat answered last, without its address", async () => {
    openSurroundings();
    const problem = "The chat answered with status 503.";
    const use = { getByName: () => ({ read: async () => ({ problem }), listUnstable: async () => [] }) };
    const findings = await diagnose({ ...CHAT, ACTION_USE: use });
    expect(findings.filter(isFault)).toMatchObject([{ id: "chat-not-told", level: "risky", text: problem }]);
    expect(JSON.stringify(findings)).not.toContain("SECRET");
    expect((await diagnose({ ACTION_USE: use })).filter(isFault)).toEqual([]);
  });

  it("names twelve faults of one set-up", async () => {
    const { zou, answer } = openSurroundings();
    zou.sessions.set("artist", { ...BOT, role: "user" });
    zou.teams.clear();
    addCustomAction(zou, 100, { name: "Stats", url: `${EDGE}/actions/statistcs` });
    addCustomAction(zou, 101, { name: "Old", url: "http://tool.studio.tld/run", is_ajax: true });
    answer(`${KITSU}/|`, () =>
      htmlPage({ "referrer-policy": "no-referrer", "content-security-policy": "connect-src 'self'" }),
    );
    answer("http://pipeline.studio.tld", dead);
    const findings = await diagnose({
      KITSU_TOKEN: "artist",
      KITSU_TOKN: BOT_TOKEN,
      ACTION_TIME_LIMIT: "soon",
      TRUST: "session",
      CALLS_BY_PERSON: undefined,
      FORWARD_TARGETS: { publish: { url: "http://pipeline.studio.tld/kitsu" } },
    });
    expect(new Set(findings.filter(isFault).map((one) => one.id))).toEqual(
      new Set([
        ...["setting-invalid", "setting-unknown", "rate-limit-missing", "bot-role", "bot-not-in-team"],
        ...["trust-out-of-reach", "referrer-policy", "csp-connect", "custom-action-unknown"],
        ...["custom-action-mixed-content", "target-secret-missing", "target-plain-http", "target-unreachable"],
      ]),
    );
  });
});
