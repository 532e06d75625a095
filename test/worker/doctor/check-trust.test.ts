// Faults in trust.
import { describe } from "vitest";
import { AT_CLOUDFLARE, at, type Fault, itNames, refuse } from "../../support/worker/doctor-faults.ts";

const ACCESS = { ACCESS_TEAM: "studio", ACCESS_AUDIENCE: "the-tag" };
const token = (claims: object) => `h.${btoa(JSON.stringify(claims)).replaceAll("=", "")}.s`;

const FAULTS: readonly Fault[] = [
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
  {
    is: "a proxy that keeps the address to itself",
    settings: { TRUST_PROXY: "1" },
    request: { path: "http://127.0.0.1:8787/doctor.json", headers: { "x-forwarded-for": "10.0.0.7" } },
    id: "proxy-missing",
    level: "risky",
    says: /links lead to http:\/\/127\.0\.0\.1:8787/,
    fix: /Let your proxy set it/,
  },
];

describe("the doctor's check of trust", () => {
  itNames(FAULTS);
});
