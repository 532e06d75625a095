// What the studio's chat is told, when, and how often.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Failure } from "../../../../worker/format/failure.ts";
import type { ActionUse } from "../../../../worker/storage/use/action-use.ts";
import { listUseEvents } from "../../../../worker/storage/use/use-event.ts";
import { makeRecord, newRunId } from "../../../support/worker/runs.ts";
import { ADA, ask, makeEnv, READER, readFailed } from "../../../support/worker/worker.ts";

const SECRET = "T000/B000/XXXXSECRET";
const SLACK = `https://hooks.slack.com/services/${SECRET}`;
const MATTERMOST = `https://chat.studio.lan/hooks/${SECRET}`;
const DISCORD = `https://discord.com/api/webhooks/${SECRET}`;
const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
/** A Monday, when no real alarm is due yet. */
const START = Date.parse("2030-11-25T08:00:00Z");
const FAULT = new Failure("target-timeout", {});

type Sent = { url: string; body: Record<string, unknown> };
let sent: Sent[];
let respond: (request: Request) => Response | Promise<Response>;
let now: number;
let settings: Record<string, unknown>;

beforeEach(() => {
  [now, sent] = [START, []];
  settings = { CHAT_WEBHOOK: MATTERMOST, CHAT: { summary: "monday 09:00", failures: ["debug"] } };
  respond = () => new Response("ok");
  vi.spyOn(Date, "now").mockImplementation(() => now);
  vi.spyOn(console, "error").mockReturnValue();
  vi.spyOn(globalThis, "fetch").mockImplementation(async (...args) => {
    const request = new Request(...args);
    expect(request.redirect).toBe("manual");
    const response = await respond(request.clone());
    if (response.ok) sent.push({ url: request.url, body: await request.json() });
    return response;
  });
});
afterEach(() =>
  work((_, { sql }) => {
    for (const table of ["days", "failures", "durations", "last", "seen", "alerts", "told"])
      sql.exec(`DELETE FROM ${table}`);
    sql.exec("DELETE FROM facts WHERE name != 'since'");
  }),
);

/** Works with the object, whose settings are those of the test. */
const work = <T>(what: (object: ActionUse, storage: DurableObjectStorage) => T) =>
  runInDurableObject(env.ACTION_USE.getByName("actions"), async (object, { storage }) => {
    Object.defineProperty(object, "env", { value: makeEnv(settings), configurable: true });
    return what(object, storage);
  });

const count = (failure?: Failure, action = "debug") =>
  work((object) =>
    object.count(
      listUseEvents(
        makeRecord({
          ...{ id: newRunId(), at: now, action, person: { trust: "session", id: ADA, name: "Ada Secret" } },
          ...(failure !== undefined && { reply: failure.reply, status: failure.status }),
        }),
      ),
    ),
  );

/** Lets time pass, minute by minute, and runs the alarms that are due. */
async function pass(ms: number): Promise<void> {
  await work(async (object, storage) => {
    for (const end = now + ms; now < end; now += MINUTE_MS) {
      const alarm = await storage.getAlarm();
      if (alarm === null || alarm > now) continue;
      await storage.deleteAlarm();
      await object.alarm();
    }
  });
}

const texts = () => sent.map(({ body }) => String(body.text ?? body.content));

describe("failures", () => {
  it("of the chosen actions are told once, with the codes and a link, and no names", async () => {
    settings.CHAT = { failures: ["debug"], address: "https://edge.studio.tld/" };
    await count(FAULT);
    await count(FAULT);
    await count(new Failure("kitsu-busy", {}));
    await count(FAULT, "playlist");
    await pass(10 * MINUTE_MS);
    expect(texts()).toEqual([
      "Debug has failed since 08:00 UTC: target-timeout (2) and kitsu-busy (1)\nhttps://edge.studio.tld/runs?action=debug&state=failed",
    ]);
  });

  it("are in the language and the time zone of the studio", async () => {
    settings = { ...settings, LANGUAGE: "fr", TIME_ZONE: "Europe/Paris" };
    await count(FAULT);
    await pass(MINUTE_MS * 2);
    expect(texts()).toEqual(["Débogage échoue depuis 09:00 : target-timeout (1)"]);
  });

  it("are told at most every 15 minutes, with their number", async () => {
    for (let minute = 0; minute < 40; minute += 1) {
      await count(FAULT);
      await pass(MINUTE_MS);
    }
    await pass(60 * MINUTE_MS);
    const counts = texts()
      .flatMap((text) => /target-timeout \((\d+)\)/.exec(text)?.[1] ?? [])
      .map(Number);
    expect(counts.length).toBeLessThanOrEqual(4);
    expect(counts.reduce((one, other) => one + other)).toBe(40);
  });

  it("are not told if they say to the caller what to change, or if the run worked", async () => {
    await count(new Failure("empty-selection", {}));
    await count();
    await pass(30 * MINUTE_MS);
    expect(sent).toEqual([]);
  });

  it("that come in while a message is on its way are told with the next one", async () => {
    respond = async () => {
      respond = () => new Response("ok");
      await work((object) => object.count(listUseEvents(makeRecord({ id: newRunId(), at: now, ...failed() }))));
      return new Response("ok");
    };
    const failed = () => ({ reply: FAULT.reply, status: FAULT.status });
    await count(FAULT);
    await pass(40 * MINUTE_MS);
    expect(texts()).toHaveLength(2);
    expect(texts()[1]).toContain("target-timeout (1)");
  });
});

describe("the summary of the week", () => {
  it("is sent once, at its time, with the seven days before", async () => {
    now -= 3 * DAY_MS;
    settings.CHAT = { summary: "monday 09:00", address: "https://edge.studio.tld" };
    for (let runs = 0; runs < 5; runs += 1) await count(undefined, "playlist");
    await count(FAULT);
    await count();
    await pass(4 * DAY_MS);
    expect(texts()).toEqual([
      [
        "Kitsu Actions from Nov 18, 2030 to Nov 24, 2030. Runs: 7. Failed: 1.",
        "playlist: 5",
        "Debug: 2, of which 1 failed: target-timeout (1)",
        "https://edge.studio.tld/use?days=7",
      ].join("\n"),
    ]);
    await pass(7 * DAY_MS);
    expect(sent).toHaveLength(2);
    expect(texts()[1]).toBe(
      "Kitsu Actions from Nov 25, 2030 to Dec 1, 2030. Runs: 0. Failed: 0.\nhttps://edge.studio.tld/use?days=7",
    );
  });

  it("comes at the new time if the settings change", async () => {
    await count();
    settings.CHAT = { summary: "monday 08:30" };
    await count();
    await pass(25 * MINUTE_MS);
    expect(sent).toHaveLength(0);
    await pass(10 * MINUTE_MS);
    expect(sent).toHaveLength(1);
    await pass(3 * DAY_MS);
    expect(sent).toHaveLength(1);
  });

  it("has the same days if the worker wakes up hours later", async () => {
    now -= 3 * DAY_MS;
    await count();
    now += 3 * DAY_MS + 20 * 60 * MINUTE_MS;
    await pass(2 * MINUTE_MS);
    expect(texts()[0]).toContain("from Nov 18, 2030 to Nov 24, 2030. Runs: 1.");
  });

  it("has every day once when the clocks change", async () => {
    // In Los Angeles, this is 23:30 UTC in summer, and 0:30 of the next day in winter.
    settings = { ...settings, TIME_ZONE: "America/Los_Angeles", CHAT: { summary: "friday 16:30" } };
    now = Date.parse("2030-10-20T08:00:00Z");
    await count();
    await pass(7 * 7 * DAY_MS);
    const days = texts().map((text) => /from (.*) to (.*)\. Runs/.exec(text)?.slice(1));
    expect(days.length).toBeGreaterThan(5);
    days.reduce((before, after) => {
      expect(Date.parse(after?.[0] ?? "") - Date.parse(before?.[1] ?? "")).toBe(DAY_MS);
      return after;
    });
  });

  it("is left out if nothing ran for more than a day after its time", async () => {
    await count();
    now += 3 * DAY_MS;
    await pass(MINUTE_MS);
    expect(sent).toEqual([]);
  });
});

describe("a chat that does not take a message", () => {
  beforeEach(() => {
    settings.CHAT = { failures: ["debug"] };
  });

  const REFUSALS: [string, () => Response | Promise<Response>][] = [
    ["is down", () => Promise.reject(new TypeError(`Network connection lost: ${SLACK}`))],
    ["answers with 503", () => new Response("down", { status: 503 })],
    ["answers with 400", () => new Response("invalid_payload", { status: 400 })],
    ["redirects", () => new Response(null, { status: 302, headers: { location: "https://evil.tld/" } })],
    ["never answers", () => Promise.reject(new DOMException("The operation timed out", "TimeoutError"))],
  ];

  it.each(REFUSALS)("gets it later, once, if it %s", async (_, refuse) => {
    let asked = 0;
    respond = () => {
      asked += 1;
      return asked <= 4 ? refuse() : new Response("ok");
    };
    await count(FAULT);
    await pass(120 * MINUTE_MS);
    expect(asked).toBe(5);
    expect(texts()).toHaveLength(1);
  });

  it("is asked again when it says", async () => {
    let asked = 0;
    respond = () => {
      asked += 1;
      return asked === 1 ? new Response("", { status: 429, headers: { "retry-after": "1800" } }) : new Response("ok");
    };
    await count(FAULT);
    await pass(29 * MINUTE_MS);
    expect(asked).toBe(1);
    await pass(5 * MINUTE_MS);
    expect(asked).toBe(2);
    expect(texts()).toHaveLength(1);
  });

  it.each([404, 410])("is hardly asked if the webhook is gone (%d), until there is another", async (status) => {
    let asked = 0;
    respond = () => {
      asked += 1;
      return new Response("no_service", { status });
    };
    for (let hour = 0; hour < 24; hour += 1) {
      await count(FAULT);
      await pass(60 * MINUTE_MS);
    }
    expect(asked).toBeLessThan(6);
    const problem = () => work((object) => object.read({ from: "", to: "", perDay: false }).problem);
    expect(await problem()).toBe(
      `The chat refuses the webhook (status ${status}). Make a new one there, and set CHAT_WEBHOOK.`,
    );
    respond = () => new Response("ok");
    settings.VERSION = { timestamp: new Date(now).toISOString() };
    expect(await problem()).toBeUndefined();
    await count(FAULT);
    await pass(2 * MINUTE_MS);
    expect(texts()).toHaveLength(1);
  });

  it("is no longer a problem once nothing is to be told", async () => {
    respond = () => new Response("down", { status: 503 });
    await count(FAULT);
    await pass(2 * MINUTE_MS);
    const problem = () => work((object) => object.read({ from: "", to: "", perDay: false }).problem);
    expect(await problem()).toContain("status 503");
    delete settings.CHAT;
    expect(await problem()).toBeUndefined();
  });

  it("keeps no more than 30 codes of an action, and tells all failures", async () => {
    respond = () => new Response("down", { status: 503 });
    for (let index = 0; index < 50; index += 1)
      await work((object) => object.count(listUseEvents(makeRecord({ id: newRunId(), at: now, ...failOddly(index) }))));
    const rows = await work((_, { sql }) => sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM alerts").one().n);
    expect(rows).toBe(31);
    respond = () => new Response("ok");
    await pass(30 * MINUTE_MS);
    expect(texts()).toEqual([
      "Debug has failed since 08:00 UTC: odd-0 (1), odd-1 (1), odd-10 (1), odd-11 (1) and other (46)",
    ]);
  });

  const failOddly = (index: number) => ({
    ...{ status: 500, reply: { kind: "failed" as const, code: `odd-${index}`, title: "Odd" } },
  });

  it("is not asked all the time, and gets no news that are a day old", async () => {
    let asked = 0;
    respond = () => {
      asked += 1;
      return new Response("down", { status: 503 });
    };
    await count(FAULT);
    await pass(1.5 * DAY_MS);
    expect(asked).toBeLessThan(32);
    respond = () => new Response("ok");
    await pass(DAY_MS);
    expect(sent).toEqual([]);
  });

  it("is said on the page, and the secret address is nowhere", async () => {
    const log = vi.spyOn(console, "error").mockReturnValue();
    respond = () => Promise.reject(new TypeError(`Network connection lost: ${MATTERMOST}`));
    await count(FAULT);
    await pass(2 * MINUTE_MS);
    const page = await (await ask("/use", { headers: { ...READER, accept: "text/html" } })).text();
    expect(page).toContain("The last message for the chat was not delivered: The chat could not be reached.");
    const told = [page, ...log.mock.calls.map(String)].join();
    expect(told).toContain("The chat was not told yet");
    expect(told).not.toContain("SECRET");
    respond = () => new Response("ok");
    await pass(5 * MINUTE_MS);
    expect(await (await ask("/use", { headers: READER })).text()).not.toContain("was not delivered");
  });
});

describe("the format", () => {
  it.each([
    ["Slack", SLACK, (text: string) => ({ text, mrkdwn: false })],
    ["Mattermost", MATTERMOST, (text: string) => ({ text })],
    ["Discord", DISCORD, (content: string) => ({ content, allowed_mentions: { parse: [] } })],
    ["Discord that takes Slack's", `${DISCORD}/slack`, (text: string) => ({ text, mrkdwn: false })],
  ])("is that of %s, by the address", async (_, url, format) => {
    settings.CHAT_WEBHOOK = url;
    await count(FAULT);
    await pass(2 * MINUTE_MS);
    expect(sent).toEqual([{ url, body: format("Debug has failed since 08:00 UTC: target-timeout (1)") }]);
  });

  it("is that of the settings, at an address that doesn't say it", async () => {
    settings = { CHAT_WEBHOOK: "https://relay.studio.lan/x", CHAT: '{"failures": ["debug"], "format": "discord"}' };
    await count(FAULT);
    await pass(2 * MINUTE_MS);
    expect(sent[0]?.body).toHaveProperty("content");
  });

  const sendTitle = async (url: string, title: string) => {
    const targets = { "odd-one": { url: "https://pipeline.studio.tld", title } };
    const CHAT = { failures: ["odd-one"], address: "https://edge.studio.tld/my_kitsu" };
    settings = { CHAT_WEBHOOK: url, CHAT, FORWARD_TARGETS: JSON.stringify(targets) };
    await count(FAULT, "odd-one");
    await pass(2 * MINUTE_MS);
    return texts()[0] ?? "";
  };

  // Mattermost takes Slack's mentions, too.
  it.each([
    [SLACK, "&lt;!channel&gt; @\u2060here &amp; co"],
    [MATTERMOST, "<\u2060!channel\\> @\u2060here & co"],
    [DISCORD, "<\u2060!channel\\> @\u2060here & co"],
  ])("lets no title notify anybody", async (url, title) => {
    expect(await sendTitle(url, "<!channel> @here & co")).toContain(`${title} has failed`);
  });

  it.each([
    [SLACK, "# *all* _of_ `it` [x](y) make_movie_2", "&amp;"],
    [MATTERMOST, "\\# \\*all\\* \\_of\\_ \\`it\\` \\[x\\](y) make_movie_2", "&"],
    [DISCORD, "\\# \\*all\\* \\_of\\_ \\`it\\` \\[x\\](y) make_movie_2", "&"],
  ])("has titles as they are, and a link that works", async (url, title, and) => {
    const link = `https://edge.studio.tld/my_kitsu/runs?action=odd-one${and}state=failed`;
    expect(await sendTitle(url, "# *all* _of_ `it` [x](y) make_movie_2")).toBe(
      `${title} has failed since 08:00 UTC: target-timeout (1)\n${link}`,
    );
  });

  it("has room for a long week, without cutting a line", async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `long-${index}`);
    const targets = Object.fromEntries(
      ids.map((id) => [id, { url: "https://pipeline.studio.tld", title: `${id} ${"x".repeat(70)}` }]),
    );
    const CHAT = { summary: "monday 09:00", address: "https://edge.studio.tld" };
    settings = { CHAT_WEBHOOK: DISCORD, CHAT, FORWARD_TARGETS: JSON.stringify(targets) };
    now -= 2 * DAY_MS;
    for (const id of ids)
      for (const code of ["target-timeout", "target-unreachable", "kitsu-busy", "kitsu-timeout"] as const)
        await count(new Failure(code, {}), id);
    await pass(3 * DAY_MS);
    const [text = ""] = texts();
    expect(text.length).toBeLessThanOrEqual(2_000);
    expect(text.split("\n").length).toBeGreaterThan(5);
    expect(text.split("\n").at(-1)).toBe("https://edge.studio.tld/use?days=7");
    expect(text.split("\n").at(-2)).toMatch(/\)$/);
  });
});

describe("nothing is told", () => {
  it.each([
    ["without the settings", {}],
    ["without the webhook", { CHAT: { summary: "monday 09:00", failures: ["debug"] } }],
    ["without what to tell", { CHAT_WEBHOOK: SLACK }],
    ["with an empty choice", { CHAT_WEBHOOK: SLACK, CHAT: {} }],
  ])("%s", async (_, chosen) => {
    settings = chosen;
    await count(FAULT);
    await pass(2 * DAY_MS);
    expect(sent).toEqual([]);
  });
});

describe("a wrong setting", () => {
  it.each([
    ["CHAT_WEBHOOK", `ftp://chat/${SECRET}`, 'CHAT_WEBHOOK must be an address, "https://…"'],
    ["CHAT", '{"summary": "mondays"}', "CHAT.summary must be written like monday 09:00."],
    ["CHAT", '{"failure": []}', "CHAT.failure is not a setting"],
  ])("of %s says what it must be, without its value", async (name, value, text) => {
    const failed = await readFailed(await ask("/actions", {}, { [name]: value }));
    expect(failed.code).toBe("not-configured");
    expect(failed.text).toContain(text);
    expect(JSON.stringify(failed)).not.toContain("SECRET");
  });
});
