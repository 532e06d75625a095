// Faults of Kitsu's page, custom actions, targets and the script: what a header forbids, and
// addresses that lead elsewhere. The doctor names each, and where to mend it.
import { describe, expect, it } from "vitest";
import {
  addCustomAction,
  diagnose,
  htmlPage,
  openSurroundings,
  type Surroundings,
} from "../../support/worker/doctor.ts";
import { at, broken, type Fault, itNames, onPage, refuse, risky, worth } from "../../support/worker/doctor-faults.ts";
import { EDGE, KITSU } from "../../support/worker/worker.ts";

const TARGET = "https://pipeline.studio.tld/kitsu";
const TARGETS = {
  FORWARD_TARGETS: { publish: { url: TARGET } },
  FORWARD_SECRET: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
};

const action =
  (url: string, rest: object = {}) =>
  ({ zou }: Surroundings) =>
    addCustomAction(zou, 100, { name: "Tool", url, ...rest });

const FAULTS: readonly Fault[] = [
  // Kitsu's page
  broken("a sandbox without forms", "csp-sandbox", /open a page/, {
    outside: onPage({ "content-security-policy": "sandbox allow-scripts allow-same-origin allow-popups" }),
    fix: /Add allow-forms to sandbox/,
  }),
  broken("two sandboxes, of which one forbids popups", "csp-sandbox", /open a page/, {
    outside: onPage({ "content-security-policy": "sandbox allow-forms allow-popups, sandbox allow-forms" }),
    fix: /Add allow-popups to/,
  }),
  worth("a page that may not use the clipboard", "clipboard-blocked", /clipboard/, {
    outside: onPage({ "permissions-policy": "camera=(), clipboard-write=()" }),
    fix: /clipboard-write=\(self\)/,
  }),
  // Custom actions
  ...["edge.studio.tld/actions/debug", `"${EDGE}/actions/debug"`, "actions/debug", "tool"].map((url) =>
    broken(
      `an address without a scheme: ${url}`,
      "custom-action-address",
      /leads to https:\/\/kitsu\.studio\.tld, because/,
      {
        outside: action(url),
        fix: /whole address/,
      },
    ),
  ),
  ...[`${EDGE}/actions/Debug`, `${EDGE}/actions//debug`].map((url) =>
    broken(`a typo in an address: ${url}`, "custom-action-unknown", /mean debug/, {
      outside: action(url),
      fix: /actions\/debug$/,
    }),
  ),
  broken("the address of the log", "custom-action-path", /no action/, { outside: action(`${EDGE}/runs`) }),
  broken("an address for WebSockets", "custom-action-address", /no address/, {
    outside: action("wss://edge.studio.tld/actions/debug"),
  }),
  ...[
    "?key=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
    "?access_token=abc",
    "?a=1&client-secret=abc",
    "?passwd=abc",
  ].map((query) =>
    risky(`a secret in a URL: ${query}`, "custom-action-secret", /everyone/, {
      outside: action(`https://tool.studio.tld/run${query}`),
    }),
  ),
  // Targets
  risky("a target that knows no OPTIONS, or is not there", "target-not-found", /may be nothing/, {
    settings: TARGETS,
    outside: at(TARGET, refuse(404)),
    fix: /correct its url.*OPTIONS with 204/,
  }),
  // Script
  worth("a second address whose page lacks the script", "script-not-in-page", /does not have it/, {
    settings: { KITSU_URL: `${KITSU},https://two.tld` },
    outside: (surroundings) => {
      onPage({}, `<script src="${EDGE}/kitsu-actions.js"></script>`)(surroundings);
      surroundings.answer("https://two.tld/|", () => htmlPage());
    },
  }),
  worth("a script that waits for consent", "script-not-in-page", /does not have it/, {
    outside: onPage({}, `<script type="text/plain" src="${EDGE}/kitsu-actions.js"></script>`),
  }),
  worth("a tag without its src", "script-not-in-page", /does not have it/, {
    outside: onPage({}, `<script data-src="${EDGE}/kitsu-actions.js"></script>`),
  }),
  broken("a page that forbids to add the script", "inject-forbidden", /no-transform/, {
    settings: { INJECT: "1", BASE_PATH: "/edge" },
    outside: onPage({ "cache-control": "no-transform" }),
    request: { path: `${KITSU}/edge/doctor.json`, headers: { "cf-ray": "8f0" } },
    fix: /Remove no-transform/,
  }),
];

describe("the doctor", () => {
  itNames(FAULTS);

  it("says nothing else about a second address that has the script, too", async () => {
    const { answer } = openSurroundings();
    const tag = `<script src="${EDGE}/kitsu-actions.js"></script>`;
    for (const url of [KITSU, "https://two.tld"]) answer(`${url}/|`, () => htmlPage({}, tag));
    const findings = await diagnose({ KITSU_URL: `${KITSU},https://two.tld` });
    expect(findings.filter(({ group }) => group === "delivery").map(({ id, subject }) => [id, subject])).toEqual([
      ["script-in-page", KITSU],
      ["script-in-page", "https://two.tld"],
    ]);
  });

  it("does not say of a page that did not arrive that it lacks the script", async () => {
    const { answer } = openSurroundings();
    answer(KITSU, () => new Error("Network connection lost."));
    expect((await diagnose()).map(({ id }) => id)).not.toContain("script-not-in-page");
  });
});
