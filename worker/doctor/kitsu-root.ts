// Finds out what answers at the address of Kitsu's API: Zou, or what else, and what to set then.
import * as v from "valibot";
import { parseJson } from "../services/http.ts";
import { readTitle } from "../services/zou-answer.ts";
import type { Settings } from "../settings/settings.ts";
import { broken, type Finding, inSettings, OWN_AUTHORITY, USE_TUNNEL } from "./finding.ts";
import {
  type Answered,
  describeStatus,
  isAnswered,
  isPrivateHost,
  isRedirect,
  type Probe,
  type Unanswered,
} from "./probe.ts";

/** What answers at the address of Kitsu's API. `finding` says what is wrong, if it is not Zou. */
export type KitsuRoot = { version: string; answer: Answered } | { finding: Finding } | { isUnset: true };

const Root = v.object({ api: v.literal("Zou"), version: v.pipe(v.string(), v.regex(/^\S{1,40}$/)) });

/** The version of the Zou that gave this answer; undefined if it is none. */
export function readVersion(answer: Answered | Unanswered): string | undefined {
  const root = v.safeParse(Root, isAnswered(answer) && parseJson(answer.body));
  return root.success ? root.output.version : undefined;
}

type Addresses = Pick<Settings, "kitsuUrls" | "kitsuApi" | "env">;

export async function readKitsuRoot(settings: Addresses, probe: Probe, isAtCloudflare: boolean): Promise<KitsuRoot> {
  const { kitsuApi: api, kitsuUrls, env } = settings;
  if (kitsuUrls.length === 0) return { isUnset: true };
  const answer = await probe(`${api}/`);
  const setting = env.KITSU_API === undefined ? "KITSU_URL" : "KITSU_API";
  if (!isAnswered(answer)) {
    const fix =
      isAtCloudflare && isPrivateHost(new URL(api).hostname)
        ? USE_TUNNEL
        : `Check ${setting} in the settings, whether Kitsu is running, and whether a firewall keeps the worker out.${isAtCloudflare ? "" : ` ${OWN_AUTHORITY}`}`;
    return { finding: broken(`kitsu-${answer.problem}`, api, `Kitsu's API ${answer.text}.`, fix) };
  }
  const version = readVersion(answer);
  if (version !== undefined) return { version, answer };
  const right = await findApi(answer, settings, probe);
  const asPage = right?.replace(/\/api$/, "");
  const fix =
    right === undefined
      ? `If a login page answers, let the worker pass it, for /api. Else set ${setting} in the settings to the address after which "/api/" shows Zou's version in a browser.`
      : inSettings(setting === "KITSU_API" ? `set KITSU_API to "${right}"` : `set KITSU_URL to "${asPage}"`);
  return { finding: explain(answer, api, fix) };
}

const PASS =
  "Let the worker pass it, for /api: at the firewall, the web server or Cloudflare Access in front of Kitsu.";
const RAISE_LIMIT = "Raise the limit for the worker, at the web server or firewall in front of Kitsu.";

function explain(answer: Answered, api: string, fix: string): Finding {
  const { status, location, contentType, body } = answer;
  if (isRedirect(answer)) {
    const isHttps = api.startsWith("http:") && location?.startsWith(api.replace("http:", "https:"));
    return isHttps
      ? broken("kitsu-http", api, "The address begins with http://, but Kitsu redirects to https://.", fix)
      : broken(
          "kitsu-redirects",
          api,
          `It redirects to ${location?.slice(0, 100)}, and the token is sent nowhere but to the address that is set.`,
          /^[^?#]+\/api\/?$/.test(location ?? "")
            ? `If that is your Kitsu, set its address in the settings to "${location?.replace(/\/api\/?$/, "")}". If a login page answers, let the worker pass it.`
            : fix,
        );
  }
  if (status === 401 || status === 403)
    return broken(
      "kitsu-behind-login",
      api,
      `Something in front of Kitsu's API refuses the worker (${status}): a login, a firewall, or a check for bots.`,
      PASS,
    );
  if (status === 429)
    return broken("kitsu-limits", api, "It refuses requests because there are too many (429).", RAISE_LIMIT);
  if (status >= 500)
    return broken(
      "kitsu-down",
      api,
      `It ${describeStatus(status)}.`,
      status < 520
        ? "Start Zou on Kitsu's server, and look at its log."
        : "Correct the certificate, DNS record or tunnel of Kitsu's host at Cloudflare.",
    );
  if (/html/i.test(contentType) || /^\s*</.test(body))
    return broken(
      "kitsu-web-page",
      api,
      `A web page (“${readTitle(body).slice(0, 80)}”) answered where Kitsu's API should be.`,
      fix,
    );
  return broken("kitsu-wrong-address", api, `This is not the address of Kitsu's API (status ${status}).`, fix);
}

const CANDIDATES_MAX = 4;

/** The addresses where the API usually is. They get no token. */
async function findApi(
  answer: Answered,
  { kitsuApi: api, kitsuUrls }: Addresses,
  probe: Probe,
): Promise<string | undefined> {
  const origins = [...kitsuUrls, api].map((url) => new URL(url).origin);
  const moved = isRedirect(answer) ? [api.replace(/^http:/, "https:")] : origins.map((origin) => `${origin}/api`);
  const candidates = [...new Set(moved)].filter((candidate) => candidate !== api).slice(0, CANDIDATES_MAX);
  const versions = await Promise.all(candidates.map(async (one) => readVersion(await probe(`${one}/`))));
  return candidates.find((_, at) => versions[at] !== undefined);
}
