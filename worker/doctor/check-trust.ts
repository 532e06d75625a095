// How surely the worker knows who calls, why, and what stands between it and the browsers.
import * as v from "valibot";
import { isUnencrypted } from "../request/public-url.ts";
import { parseJson } from "../services/http.ts";
import { isAtLeast, type Trust } from "../settings/trust.ts";
import type { DoctorContext } from "./doctor-context.ts";
import { asSecret, broken, type Finding, fine, inSettings, risky, worthKnowing } from "./finding.ts";
import { readJwt } from "./jwt.ts";
import { isAnswered } from "./probe.ts";

export async function checkTrust(context: DoctorContext): Promise<Finding[]> {
  return [describeTrust(context), ...(await checkAccess(context)), ...checkProxy(context), ...checkEncryption(context)];
}

function describeTrust({ settings, url }: DoctorContext): Finding {
  const { trust, basePath, access, kitsuToken, kitsuOrigins, env } = settings;
  // The surest level that a call can have here.
  const surest: Trust = kitsuOrigins.includes(url.origin)
    ? "session"
    : kitsuToken === undefined
      ? "unchecked"
      : access === undefined
        ? "claimed"
        : "access";
  const how = `Callers must be known by "${trust}" at least${env.TRUST === undefined ? "" : ", as TRUST says"}.`;
  if (!isAtLeast(surest, trust)) {
    const all = `${how} This set-up reaches "${surest}", so every call is refused.`;
    return trust === "session" && basePath !== ""
      ? broken(
          "worker-not-on-kitsu-host",
          "BASE_PATH",
          `${all} Kitsu's sessions arrive only at ${kitsuOrigins.join(" or ")}; this is ${url.origin}.`,
          'Route a path of Kitsu\'s host to the worker, or remove BASE_PATH from the settings. Behind a proxy, set TRUST_PROXY = "1", and let it set X-Forwarded-Host and X-Forwarded-Proto.',
        )
      : broken(
          "trust-out-of-reach",
          "TRUST",
          all,
          `Set up "${trust}" as in docs/trust.md, or set TRUST to "${surest}" in the settings. Then deploy (on premises: restart).`,
        );
  }
  if (env.TRUST !== undefined && surest !== trust)
    return risky("trust-lowered", "TRUST", `${how} This set-up could demand "${surest}".`, inSettings("remove TRUST"));
  switch (trust) {
    case "unchecked":
      return risky(
        "trust-unchecked",
        "TRUST",
        `${how} Whatever a call says about its person is believed.`,
        `Give the worker a bot (${asSecret("KITSU_TOKEN")}), or more: docs/trust.md.`,
      );
    case "claimed":
      return worthKnowing(
        "trust-claimed",
        "TRUST",
        `${how} Anyone who reaches the worker can call in a colleague's name.`,
        "For more, use a path of Kitsu's host, or Cloudflare Access: docs/trust.md.",
      );
    default:
      return fine("trust", "TRUST", how);
  }
}

const Keys = v.object({ keys: v.pipe(v.array(v.unknown()), v.minLength(1)) });
const Claims = v.object({ aud: v.union([v.string(), v.array(v.string())]) });

async function checkAccess({ settings, request, probe, isLocalhost }: DoctorContext): Promise<Finding[]> {
  const { access, env } = settings;
  if (access === undefined) {
    const [given, absent] = env.ACCESS_TEAM ? ["ACCESS_TEAM", "ACCESS_AUDIENCE"] : ["ACCESS_AUDIENCE", "ACCESS_TEAM"];
    // The other one may be invalid instead.
    if (env[given] === undefined || env[absent] !== undefined) return [];
    return [
      broken(
        "access-incomplete",
        absent,
        `It is missing beside ${given}, so Cloudflare Access is not used.`,
        inSettings(`set ${absent}, or remove ${given}`),
      ),
    ];
  }
  const answer = await probe(`${access.team}/cdn-cgi/access/certs`);
  if (!isAnswered(answer) || !v.is(Keys, parseJson(answer.body)))
    return [
      broken(
        "access-team-wrong",
        "ACCESS_TEAM",
        `There are no keys of Cloudflare Access at ${access.team}${isAnswered(answer) ? "" : `: it ${answer.text}`}.`,
        inSettings("set ACCESS_TEAM to the team's name, as in Zero Trust > Settings"),
      ),
    ];
  const assertion = request.headers.get("cf-access-jwt-assertion");
  const wrongAudience = (what: string) =>
    broken(
      "access-audience-wrong",
      "ACCESS_AUDIENCE",
      `It is not the tag of ${what}.`,
      inSettings("set ACCESS_AUDIENCE to that in Zero Trust > Access > Applications"),
    );
  if (assertion === null)
    return [
      ...(/^[0-9a-f]{64}$/i.test(access.audience) ? [] : [wrongAudience("any application, which has 64 characters")]),
      ...(isLocalhost
        ? []
        : [
            risky(
              "access-not-in-front",
              "Cloudflare Access",
              "This request came around it.",
              "In Zero Trust > Access > Applications, let the application cover the worker's whole host.",
            ),
          ]),
    ];
  const claims = v.safeParse(Claims, readJwt(assertion));
  return claims.success && [claims.output.aud].flat().includes(access.audience)
    ? []
    : [wrongAudience("the application in front of the worker")];
}

/** `request` is as it arrived, unless the proxy is trusted. */
function checkProxy({ settings, request, isAtCloudflare, base }: DoctorContext): Finding[] {
  const { headers, url } = request;
  const { host, protocol, origin } = new URL(url);
  const [toldHost, toldScheme] = [headers.get("x-forwarded-host"), headers.get("x-forwarded-proto")];
  if (settings.trustsProxy)
    // kitsu-actions serve passes on what trusted proxies said, and always says for whom.
    return toldHost !== null || (!isAtCloudflare && headers.has("x-forwarded-for") && !isLoopback(base))
      ? []
      : [
          risky(
            "proxy-missing",
            "TRUST_PROXY",
            `This request came without X-Forwarded-Host, so links lead to ${base}. Whoever sends one can make the worker believe it.`,
            "Let your proxy set it, X-Forwarded-Proto and X-Forwarded-For. If there is none, remove TRUST_PROXY from the settings.",
          ),
        ];
  const isOther =
    (toldHost ?? host) !== host || (!isAtCloudflare && `${toldScheme ?? protocol.slice(0, -1)}:` !== protocol);
  return isOther
    ? [
        risky(
          "proxy-not-trusted",
          "TRUST_PROXY",
          `A proxy says that ${toldScheme ?? "http"}://${toldHost ?? host} was asked, but the worker's links lead to ${origin}.`,
          inSettings('set TRUST_PROXY to "1", if the worker can be reached only through that proxy'),
        ),
      ]
    : [];
}

const isLoopback = (base: string) => base.startsWith("http:") && !isUnencrypted(base);

function checkEncryption({ base, settings: { kitsuUrls } }: DoctorContext): Finding[] {
  if (!isUnencrypted(base)) return [];
  const fix = 'Serve the worker over https. If a proxy does, let it set X-Forwarded-Proto, and set TRUST_PROXY = "1".';
  return [
    kitsuUrls.some((url) => url.startsWith("https:"))
      ? broken(
          "worker-mixed-content",
          base,
          "It is on plain http, and Kitsu on https: browsers block Ajax actions, and forms arrive without their origin and are refused.",
          fix,
        )
      : risky("worker-plain-http", base, "Anyone on the network can read and change what is sent to it.", fix),
  ];
}
