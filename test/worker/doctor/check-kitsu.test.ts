// Faults in Kitsu.
import { describe } from "vitest";
import { htmlPage } from "../../support/worker/doctor.ts";
import { AT_CLOUDFLARE, at, dead, type Fault, itNames, redirect, refuse } from "../../support/worker/doctor-faults.ts";
import { KITSU } from "../../support/worker/worker.ts";
import { API } from "../../support/worker/zou.ts";

const FAULTS: readonly Fault[] = [
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
    fix: /Raise the limit/,
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
  {
    is: "a redirect to a login page on Kitsu's host",
    outside: at(`${API}/`, redirect(`${KITSU}/login?next=/api/`)),
    id: "kitsu-redirects",
    level: "broken",
    says: /login\?next/,
    fix: /^If a login page answers, let the worker pass it, for \/api\./,
  },
  {
    is: "a login page in place of Kitsu's API",
    outside: at(`${API}/`, () => htmlPage()),
    id: "kitsu-web-page",
    level: "broken",
    says: /web page/,
    fix: /^If a login page answers/,
  },
  {
    is: "a certificate of the studio's own authority",
    outside: at(KITSU, dead),
    id: "kitsu-unreachable",
    level: "broken",
    says: /certificate/,
    fix: /NODE_EXTRA_CA_CERTS/,
  },
];

describe("the doctor's check of Kitsu", () => {
  itNames(FAULTS);
});
