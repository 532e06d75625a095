// Whatever the servers answer that the doctor asks: it ends, its page can be read, and it shows
// nothing that opens something.
import { describe, expect, it, vi } from "vitest";
import {
  addCustomAction,
  HEALTHY,
  htmlPage,
  openSurroundings,
  type Surroundings,
} from "../../support/worker/doctor.ts";
import { ask, EDGE, KITSU, READER } from "../../support/worker/worker.ts";
import { API, addProject, BOT_TOKEN } from "../../support/worker/zou.ts";

const JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJib3QifQ.c2lnbmF0dXJl";
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const TARGET = "https://pipeline.studio.tld/kitsu";
const SETTINGS = {
  FORWARD_TARGETS: { publish: { url: TARGET } },
  FORWARD_SECRET: SECRET,
  FLAMENCO: { url: "https://flamenco.studio.tld", blend: "/mnt/{entity}.blend", output: "/mnt/{entity}" },
  FLAMENCO_ACCESS_ID: "the-id-of-access",
  FLAMENCO_ACCESS_SECRET: "the-secret-of-access",
  ACCESS_TEAM: "studio",
  ACCESS_AUDIENCE: "a".repeat(64),
};

/** The page and the JSON. Both must arrive. */
async function show(settings: Record<string, unknown> = {}): Promise<{ page: string; json: string }> {
  const variables = { ...HEALTHY, ...SETTINGS, ...settings };
  const [page, json] = await Promise.all(
    ["/doctor", "/doctor.json"].map((path) => ask(path, { headers: { ...READER, accept: "text/html" } }, variables)),
  );
  expect([page?.status, json?.status]).toEqual([200, 200]);
  return { page: (await page?.text()) ?? "", json: (await json?.text()) ?? "" };
}

const everywhere =
  (give: (request: Request) => Response | Error) =>
  ({ answer }: Surroundings) =>
    answer("http", give);
const html = (body: string | ReadableStream) => new Response(body, { headers: { "content-type": "text/html" } });

const ANSWERS: readonly [string, (request: Request) => Response | Error][] = [
  ["5 MB of a page", () => html("<script ".repeat(650_000))],
  ["5 MB of open comments", () => html("<!--".repeat(1_300_000))],
  ["a page without an end", () => html(endless())],
  ["half a JSON", () => Response.json("{").clone()],
  ["JSON of other types", () => Response.json({ api: "Zou", version: 1, user: [], keys: {}, "database-up": "no" })],
  ["an empty answer", () => new Response("")],
  ["nothing", () => new Error("Network connection lost.")],
  ["a redirect to a file", () => new Response(null, { status: 302, headers: { location: "file:///etc/passwd" } })],
  ["a redirect to nowhere", () => new Response(null, { status: 302, headers: { location: "http://" } })],
  ["a redirect without an address", () => new Response(null, { status: 302 })],
  [
    "headers of 100 kB",
    () =>
      htmlPage({
        allow: "GET, ".repeat(20_000),
        "content-security-policy": "x y; ".repeat(20_000),
        "referrer-policy": "a,".repeat(50_000),
      }),
  ],
  ["a version of 10,000 digits", () => Response.json({ api: "Zou", version: "9".repeat(10_000) })],
  [
    "markup",
    () =>
      new Response('<title><img src=x onerror=alert(1)></title>"><b>', {
        status: 404,
        headers: { "content-type": "text/html" },
      }),
  ],
];

/** More than is read. */
function endless(): ReadableStream {
  const chunk = new TextEncoder().encode("<p>".repeat(1_000));
  return new ReadableStream({ pull: (controller) => controller.enqueue(chunk) });
}

describe("a diagnosis ends, without a check that fails, with", () => {
  it.each(ANSWERS)("%s", async (_, give) => {
    everywhere(give)(openSurroundings());
    const { page, json } = await show();
    expect(json).not.toContain("check-failed");
    expect(page).not.toMatch(/<img src=x|<b>/);
    expect(page.length).toBeLessThan(100_000);
  });

  it("names of control characters, markup and 10,000 letters", async () => {
    const { zou } = openSurroundings();
    const names = ["\u0000\u001b[31m\u202e", "<img src=x onerror=alert(1)>", "A".repeat(10_000)];
    for (const [at, name] of names.entries())
      addCustomAction(zou, 100 + at, { name, url: `${EDGE}/actions/${encodeURIComponent(name)}` });
    const { page, json } = await show();
    expect(json).not.toContain("check-failed");
    expect(page).not.toContain("<img src=x");
    expect(page).not.toContain("A".repeat(300));
  });

  it("1,000 custom actions, 500 productions, 50 targets and 12 addresses of Kitsu", async () => {
    const { zou, asked } = openSurroundings();
    for (let at = 0; at < 1_000; at += 1)
      addCustomAction(zou, 1_000 + at, { name: `Action ${at}`, url: `${EDGE}/actions/none-${at}`, is_ajax: true });
    for (let at = 10; at < 510; at += 1) addProject(zou, at, 0);
    const targets = Array.from({ length: 50 }, (_, at) => [`t-${at}`, { url: `https://t${at}.tld/` }]);
    const kitsus = Array.from({ length: 11 }, (_, at) => `https://k${at}.tld`);
    const { page } = await show({
      FORWARD_TARGETS: Object.fromEntries(targets),
      KITSU_URL: [KITSU, ...kitsus].join(","),
    });
    // Twice, for the page and the JSON.
    expect(asked.length).toBeLessThanOrEqual(80);
    expect(page).toContain("980 more");
    expect(page.length).toBeLessThan(100_000);
  });

  it("statistics that can't be read because a setting is invalid", async () => {
    openSurroundings();
    const read = async () => {
      throw new Error("not-configured");
    };
    const { json } = await show({
      ACTION_TIME_LIMIT: "soon",
      CHAT_WEBHOOK: "https://chat.studio.tld/1",
      CHAT: { failures: ["debug"] },
      ACTION_USE: { getByName: () => ({ read, listUnstable: async () => [] }) },
    });
    expect(json).not.toContain("check-failed");
    expect(json).not.toContain("durable-object-failed");
  });
});

describe("the doctor shows no secret", () => {
  const secrets = [JWT, BOT_TOKEN, SECRET, "the-secret-of-access", "hunter2"];
  const expectNone = ({ page, json }: { page: string; json: string }) => {
    for (const secret of secrets) expect(page + json).not.toContain(secret);
  };
  const echo = (request: Request) => {
    const sent = [...request.headers].map(([name, value]) => `${name} ${value}`).join(", ");
    return Response.json({ message: `You sent ${sent} ${JWT}` }, { status: 400 });
  };

  it("that a server repeats, in the log of the worker neither", async () => {
    const logged = vi.spyOn(console, "error").mockReturnValue();
    const { answer } = openSurroundings();
    everywhere(echo)({ answer } as Surroundings);
    answer(`${API}/|`, () => Response.json({ api: "Zou", version: "1.0.97" }));
    answer(`${API}/status`, () => {
      throw new TypeError(`Too many subrequests with ${BOT_TOKEN}`);
    });
    expectNone(await show());
    expect(JSON.stringify(logged.mock.calls)).toContain("Too many subrequests");
    expect(JSON.stringify(logged.mock.calls)).not.toContain(BOT_TOKEN);
  });

  it("in an address that a server redirects to", async () => {
    const location = `https://ada:hunter2@login.tld/?meta=${JWT}&password=hunter2`;
    everywhere(() => new Response(null, { status: 302, headers: { location } }))(openSurroundings());
    expectNone(await show());
  });

  it("in the address of a custom action", async () => {
    const { zou } = openSurroundings();
    const urls = [`http://ada:hunter2@tool.tld/run?token=hunter2`, `http://tool.tld/run?a=1&api_key=hunter2&k=${JWT}`];
    for (const [at, url] of urls.entries()) addCustomAction(zou, 100 + at, { name: `Tool ${at}`, url, is_ajax: true });
    expectNone(await show());
  });

  it("in an address in the settings, nor does any other page", async () => {
    openSurroundings();
    const variables = {
      KITSU_URL: "https://ada:hunter2@kitsu.studio.tld",
      KITSU_API: "https://ada:hunter2@kitsu.studio.tld/api",
      FORWARD_TARGETS: { publish: { url: "https://ada:hunter2@pipeline.studio.tld/kitsu" } },
    };
    expectNone(await show(variables));
    for (const path of ["/", "/help", "/actions/debug", "/runs", "/kitsu-actions.js"]) {
      const response = await ask(path, { headers: READER }, { ...HEALTHY, ...variables });
      expect(await response.text()).not.toContain("hunter2");
    }
  });
});
