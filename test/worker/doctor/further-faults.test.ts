// Faults in the settings, the storage and Kitsu that take a comparison or a closer look: two
// Kitsus, ids that do not exist, answers that are not Zou's. The doctor names each.
import { describe, expect, it, vi } from "vitest";
import { diagnose, htmlPage, openSurroundings, type Surroundings } from "../../support/worker/doctor.ts";
import { at, broken, type Fault, itNames, lead, refuse, risky, worth } from "../../support/worker/doctor-faults.ts";
import { KITSU } from "../../support/worker/worker.ts";
import { API, BOT, INACTIVE } from "../../support/worker/zou.ts";

const UNKNOWN = "0d6e1f9a-3c1b-4f0e-9a55-8b1f6c2d7e01";
const ACCESS = { ACCESS_TEAM: "studio", ACCESS_AUDIENCE: "kitsu-actions" };
const CHAT = { CHAT_WEBHOOK: "https://chat.studio.tld/hooks/1", CHAT: { failures: ["debug"] } };
const FLAMENCO = { url: "https://flamenco.studio.tld", blend: "/mnt/{entity}.blend", output: "/mnt/{entity}" };

const zou = (address: string, version: string) => at(`${address}/|`, () => Response.json({ api: "Zou", version }));
const as =
  (changes: object) =>
  ({ zou }: Surroundings) =>
    void zou.sessions.set("changed", { ...BOT, ...changes });

const FAULTS: readonly Fault[] = [
  // Settings
  broken("a password in Kitsu's address", "setting-invalid", /KITSU_URL/, {
    settings: { KITSU_URL: "https://ada:hunter2@kitsu.studio.tld" },
    fix: /correct KITSU_URL/,
  }),
  broken("a password in the second of Kitsu's addresses", "setting-invalid", /KITSU_URL/, {
    settings: { KITSU_URL: `${KITSU},https://:hunter2@two.tld` },
  }),
  broken("a password in the API's address", "setting-invalid", /KITSU_API/, {
    settings: { KITSU_API: "https://ada:hunter2@kitsu.studio.tld/api" },
  }),
  risky("a limit to a production that is not there", "limit-not-in-kitsu", new RegExp(`production.*${UNKNOWN}`), {
    settings: { ACTION_LIMITS: { debug: { projects: [UNKNOWN] } } },
    fix: /correct projects in ACTION_LIMITS/,
  }),
  risky("a limit of all actions to a department that is not there", "limit-not-in-kitsu", /no such department/, {
    settings: { ACTION_LIMITS: { "*": { departments: [UNKNOWN] } } },
    fix: /correct departments/,
  }),
  risky("a limit to somebody who is not there", "limit-not-in-kitsu", /no such active person/, {
    settings: { ACTION_LIMITS: { debug: { people: [UNKNOWN] } } },
    fix: /correct people/,
  }),
  risky("a limit to somebody who has left", "limit-not-in-kitsu", new RegExp(INACTIVE.id), {
    settings: { ACTION_LIMITS: { debug: { people: [INACTIVE.id] } } },
  }),
  risky("a limit to a production of which the bot is not in the team", "limit-not-in-kitsu", /The bot sees no/, {
    settings: { ACTION_LIMITS: { debug: { projects: [UNKNOWN] } } },
    outside: ({ zou }) => zou.teams.clear(),
  }),
  risky("a setting in lower case", "setting-unknown", /mean KITSU_API/, { settings: { kitsu_api: API } }),
  broken("a yes that must be a number", "setting-invalid", /INJECT/, {
    settings: { INJECT: "yes", BASE_PATH: "/edge" },
    request: { path: "/edge/doctor.json" },
  }),
  broken("INJECT without a path", "setting-invalid", /INJECT/, { settings: { INJECT: "1" } }),
  broken("a farm without a scheme", "setting-invalid", /FLAMENCO/, {
    settings: { FLAMENCO: { ...FLAMENCO, url: "flamenco" } },
  }),
  // Storage
  broken("statistics that fail", "durable-object-failed", /no such class/, {
    settings: {
      ...CHAT,
      ACTION_USE: { getByName: () => ({ read: fails, listUnstable: fails }) },
    },
    fix: /migrations/,
  }),
  broken("KV that forgets", "kv-failed", /does not return/, {
    settings: { RUNS: { get: async () => null, put: async () => undefined, delete: async () => undefined } },
  }),
  broken("locks that fail", "durable-object-failed", /no such class/, {
    settings: { LOCKS: { getByName: () => ({ find: fails }) } },
  }),
  // Kitsu
  broken("an API of another Kitsu than the page's", "kitsu-differs", /version 1\.0\.97.*1\.0\.2.*two Kitsus/, {
    settings: { KITSU_API: "https://staging.tld/api" },
    outside: zou("https://staging.tld/api", "1.0.2"),
    fix: /Correct KITSU_API/,
  }),
  broken("two Kitsus", "kitsu-differs", /version 0\.20\.90/, {
    settings: { KITSU_URL: `${KITSU},https://two.tld` },
    outside: zou("https://two.tld/api", "0.20.90"),
    fix: /worker of its own/,
  }),
  broken("an API that redirects to another path without TLS", "kitsu-redirects", /login/, {
    settings: { KITSU_URL: "http://kitsu.lan" },
    outside: at("http://kitsu.lan/api/|", lead("http://kitsu.lan/api/login")),
  }),
  broken("an API that redirects to a file", "kitsu-redirects", /file:/, {
    outside: at(`${API}/|`, lead("file:///etc/passwd")),
  }),
  broken("a Zou without a version", "kitsu-wrong-address", /not the address/, { outside: zou(API, "") }),
  broken("half a JSON", "kitsu-wrong-address", /not the address/, {
    outside: at(`${API}/|`, () => new Response('{"api": "Zou", ')),
  }),
  broken("an empty answer", "kitsu-wrong-address", /status 200/, { outside: at(`${API}/|`, () => new Response("")) }),
  broken("a Kitsu without a tunnel", "kitsu-down", /no DNS entry or no tunnel/, {
    outside: at(`${API}/|`, refuse(530)),
  }),
  broken("an address that moved for good, with the API elsewhere", "kitsu-web-page", /web page/, {
    settings: { KITSU_API: `${KITSU}/zou` },
    outside: at(`${KITSU}/zou/|`, () => htmlPage()),
    fix: /set KITSU_API to "https:\/\/kitsu\.studio\.tld\/api"/,
  }),
  worth("an event stream that is down", "zou-part-down", /event stream/, {
    outside: at(`${API}/status`, () => Response.json({ "event-stream-up": false })),
  }),
  // The bot
  broken("a bot that may not list productions", "bot-refused", /not allow/, {
    outside: at(`${API}/data/projects/open`, refuse(403)),
  }),
  broken("a bot that is a supervisor", "bot-role", /supervisor/, {
    settings: { KITSU_TOKEN: "changed" },
    outside: as({ role: "supervisor" }),
  }),
  broken("a bot that is a client", "bot-role", /client/, {
    settings: { KITSU_TOKEN: "changed" },
    outside: as({ role: "client" }),
  }),
  worth("custom actions that the bot may not list", "custom-actions-not-checked", /not checked/, {
    outside: at(`${API}/data/custom-actions`, refuse(403)),
    fix: /npm run register/,
  }),
  // Trust
  broken("an audience that no application has", "access-audience-wrong", /any application.*64/, {
    settings: ACCESS,
    outside: at("https://studio.cloudflareaccess.com/", () => Response.json({ keys: [{}] })),
    fix: /set ACCESS_AUDIENCE/,
  }),
  broken("a team whose keys do not arrive", "access-team-wrong", /can't be reached/, {
    settings: ACCESS,
    outside: at("https://studio.cloudflareaccess.com/", () => new Error("refused")),
  }),
  broken("a worker on plain http, for forms", "worker-mixed-content", /forms arrive without their origin/, {
    request: { path: "http://edge.studio.tld/doctor.json" },
  }),
];

async function fails(): Promise<never> {
  throw new Error("no such class");
}

describe("the doctor", () => {
  itNames(FAULTS);

  it("asks all addresses where the API may be at the same time", async () => {
    const { answer } = openSurroundings();
    const others = [1, 2, 3].map((at) => `https://two${at}.tld`);
    answer(`${KITSU}/film`, () => htmlPage());
    const both = Promise.withResolvers<void>();
    let asked = 0;
    const spy = vi.mocked(globalThis.fetch);
    const usual = spy.getMockImplementation();
    spy.mockImplementation(async (input, init) => {
      const { url } = new Request(input, init);
      if (!others.some((other) => url === `${other}/api/`)) return usual?.(input, init) ?? Response.error();
      asked += 1;
      if (asked === others.length) both.resolve();
      await both.promise;
      return Response.json({ api: "Zou", version: "1.0.97" });
    });
    const findings = await diagnose({ KITSU_URL: [`${KITSU}/film`, ...others].join(",") });
    expect(findings).toContainEqual(expect.objectContaining({ id: "kitsu-web-page" }));
  });
});
