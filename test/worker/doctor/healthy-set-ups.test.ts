// Set-ups that are unusual and work: the doctor accuses none of them.
import { describe, expect, it } from "vitest";
import {
  addCustomAction,
  diagnose,
  htmlPage,
  isFault,
  openSurroundings,
  type Surroundings,
} from "../../support/worker/doctor.ts";
import { type Fault, onPage, publish, TARGET } from "../../support/worker/doctor-faults.ts";
import { EDGE, KITSU } from "../../support/worker/worker.ts";
import { API, ARTIST, addProject, BOT, id, MANAGER } from "../../support/worker/zou.ts";

type SetUp = Pick<Fault, "settings" | "outside" | "request">;

const zouAt =
  (kitsu: string, head = "") =>
  ({ answer }: Surroundings) => {
    answer(`${kitsu}/|`, () => htmlPage({}, head));
    answer(`${kitsu}/api/|`, () => Response.json({ api: "Zou", version: "1.0.97" }));
  };
const audience = "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2";
const assertion = `h.${btoa(JSON.stringify({ aud: [audience] })).replaceAll("=", "")}.s`;
const onlyDebug =
  (...urls: string[]) =>
  ({ zou }: Surroundings) => {
    zou.customActions.clear();
    for (const [at, url] of urls.entries()) addCustomAction(zou, at, { name: `Action ${at}`, url });
  };

const SET_UPS: readonly [string, SetUp][] = [
  [
    "Kitsu under a path",
    { settings: { KITSU_URL: "https://studio.tld/kitsu" }, outside: zouAt("https://studio.tld/kitsu") },
  ],
  [
    "two addresses of one Kitsu",
    { settings: { KITSU_URL: `${KITSU} https://two.tld` }, outside: zouAt("https://two.tld") },
  ],
  [
    "Kitsu at an IPv6 address",
    { settings: { KITSU_URL: "https://[2001:db8::5]" }, outside: zouAt("https://[2001:db8::5]") },
  ],
  [
    "Kitsu at a port",
    { settings: { KITSU_URL: "https://kitsu.studio.tld:8443" }, outside: zouAt("https://kitsu.studio.tld:8443") },
  ],
  [
    "a CDN in front of Kitsu",
    { outside: onPage({ "cf-cache-status": "HIT", age: "400", "cache-control": "public, max-age=14400" }) },
  ],
  [
    "an API at another address than the page, whose own path answers with the page",
    {
      settings: { KITSU_API: "https://zou.studio.tld/api" },
      outside: ({ answer }) => answer(`${API}/|`, () => htmlPage()),
    },
  ],
  [
    "an API at another address than the page, of the same Kitsu",
    { settings: { KITSU_API: "https://zou.studio.tld/api" } },
  ],
  [
    "Access in front of the worker only",
    {
      settings: { ACCESS_TEAM: "studio", ACCESS_AUDIENCE: audience },
      outside: ({ answer }) => answer("https://studio.cloudflareaccess.com/", () => Response.json({ keys: [{}] })),
      request: { headers: { "cf-access-jwt-assertion": assertion, "cf-ray": "8f0" } },
    },
  ],
  ["a production without tasks", { outside: ({ zou }) => void addProject(zou, 2, 0) }],
  ["no custom action but a staging's", { outside: onlyDebug(`${EDGE}/actions/debug?`) }],
  [
    "200 custom actions",
    { outside: onlyDebug(...Array.from({ length: 200 }, (_, at) => `${EDGE}/actions/debug?preset=${at}`)) },
  ],
  [
    "npm start",
    {
      settings: { LOCAL: "1", LOG_TOKEN: "" },
      request: { path: "http://localhost:8787/doctor.json" },
      outside: onlyDebug("http://localhost:8787/actions/debug"),
    },
  ],
  [
    "kitsu-actions serve behind nginx",
    {
      settings: { BASE_PATH: "/edge", KITSU_TOKEN: "", TRUST_PROXY: "1" },
      request: {
        path: "http://127.0.0.1:8787/edge/doctor.json",
        headers: {
          "x-forwarded-host": "kitsu.studio.tld",
          "x-forwarded-proto": "https",
          "x-forwarded-for": "10.0.0.9",
        },
      },
    },
  ],
  [
    "limits to what there is",
    {
      settings: {
        ACTION_LIMITS: {
          debug: {
            projects: [id(2, 1)],
            departments: [id(8, 1)],
            people: [MANAGER.id, "Person4@Studio.tld", ARTIST.id],
          },
        },
      },
    },
  ],
  [
    "a bot without an e-mail address",
    { outside: ({ zou }) => void zou.sessions.set("plain", { ...BOT, email: "" }), settings: { KITSU_TOKEN: "plain" } },
  ],
  ["a development version of Zou", { outside: ({ zou }) => void Object.assign(zou, { version: "v1.0.97-dev" }) }],
  ["a version of two numbers", { outside: ({ zou }) => void Object.assign(zou, { version: "1.0" }) }],
  [
    "a page that isolates itself from others",
    {
      outside: onPage({
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
        "x-frame-options": "DENY",
        "permissions-policy": "clipboard-write=(self), camera=()",
        "content-security-policy": "require-trusted-types-for 'script'; upgrade-insecure-requests",
      }),
    },
  ],
  [
    "a sandbox that allows what Kitsu needs",
    {
      outside: onPage({
        "content-security-policy": "sandbox allow-scripts allow-same-origin allow-forms allow-popups",
      }),
    },
  ],
  [
    "a custom action at a path of Kitsu's host",
    { outside: ({ zou }) => addCustomAction(zou, 100, { name: "Tool", url: "/tools/run" }) },
  ],
  [
    "a custom action whose parameter is a word of a secret",
    {
      outside: ({ zou }) =>
        addCustomAction(zou, 100, { name: "Key", url: `${EDGE}/actions/debug?author=ada&keyframe=3&tokens=2` }),
    },
  ],
  [
    "a target whose server answers OPTIONS with 405",
    {
      settings: publish(),
      outside: ({ answer }) => answer(TARGET, () => new Response(null, { status: 405, headers: { allow: "POST" } })),
    },
  ],
  [
    "a script as a module, beside one that waits for consent",
    {
      outside: onPage(
        {},
        `<script type="module" src="${EDGE}/kitsu-actions.js"></script><script type="text/plain" data-src="${EDGE}/kitsu-actions.js"></script>`,
      ),
    },
  ],
];

describe("the doctor accuses nobody of", () => {
  it.each(SET_UPS)("%s", async (_, { settings, outside, request }) => {
    const surroundings = openSurroundings();
    outside?.(surroundings);
    expect((await diagnose(settings, request)).filter(isFault)).toEqual([]);
  });

  it("two scripts, if a browser runs only one", async () => {
    const { answer } = openSurroundings();
    const tag = `<script src="${EDGE}/kitsu-actions.js"></script>`;
    answer(`${KITSU}/|`, () => htmlPage({}, `${tag}<script type="text/plain" data-src="${EDGE}/kitsu-actions.js">`));
    const ids = (await diagnose()).filter(({ group }) => group === "delivery").map((one) => one.id);
    expect(ids).toEqual(["script-in-page"]);
  });
});
