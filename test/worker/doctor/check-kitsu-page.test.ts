// Faults in Kitsu's page.
import { describe } from "vitest";
import { at, type Fault, itNames, onPage, refuse } from "../../support/worker/doctor-faults.ts";
import { EDGE, KITSU } from "../../support/worker/worker.ts";

const FAULTS: readonly Fault[] = [
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
];

describe("the doctor's check of Kitsu's page", () => {
  itNames(FAULTS);
});
