import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { LinkTarget } from "../../../worker/launch/ticket.ts";
import { readSettings } from "../../../worker/settings/settings.ts";
import { createTemporaryLink } from "../../../worker/storage/temporary-link.ts";
import { checkStays } from "../../support/worker/no-redirect.ts";
import { ask, EDGE, makeEnv, readFailed } from "../../support/worker/worker.ts";

const VARIABLES = { KITSU_TOKEN: "bot-secret-token" };
const ADA = { email: "Ada@studio.tld" };
const PREVIEW = { kind: "preview", previewId: "pf-1", extension: "mp4", name: "SQ01 / SH010 / Animation" } as const;

async function make(
  target: LinkTarget,
  { person = ADA, variables = VARIABLES }: { person?: { email?: string }; variables?: object } = {},
) {
  const environment = makeEnv({ ...variables });
  return createTemporaryLink(
    { env: environment, settings: readSettings(environment), base: EDGE },
    { person, run: { id: "r".repeat(32), at: 7 } },
    target,
  );
}

const TICKET = {
  version: 1,
  verb: "open",
  app: "rv",
  issued_at: "2026-11-23T10:00:00.000Z",
  expires_at: "2026-11-23T10:01:00.000Z",
  person: {},
  run: `${EDGE}/runs/${"r".repeat(32)}?at=7`,
  items: [],
};
const makeTicket = (person?: { email?: string }) =>
  make({ kind: "ticket", content: TICKET }, { ...(person && { person }) });
const tokenOf = (url: string) => /[0-9a-f]{64}/.exec(url)?.[0] ?? "";
const take = (url: string, headers: Record<string, string> = {}) => ask(url, { headers }, VARIABLES);
const readState = async (url: string) => (await ask(`${url}/state`, {}, VARIABLES)).json();

const json = (body: unknown) => ({ body: JSON.stringify(body), headers: { "content-type": "application/json" } });

/** Time stands still, unless a test advances it. */
beforeEach(() => {
  advance(0);
});
const advance = (ms: number) => vi.spyOn(Date, "now").mockReturnValue(Date.now() + ms);

describe("a ticket", () => {
  it("has a URL that nobody can guess, short enough for any link", async () => {
    const [one, other] = [await makeTicket(), await makeTicket()];
    expect(one).toMatch(new RegExp(`^${EDGE}/t/[0-9a-f]{64}$`));
    expect(tokenOf(one)).not.toBe(tokenOf(other));
    expect(`studio://open?u=${encodeURIComponent(one)}`.length).toBeLessThan(200);
  });

  it("is returned as JSON, once", async () => {
    const url = await makeTicket();
    const first = await take(url);
    expect(first.status).toBe(200);
    expect(first.headers.get("content-type")).toBe("application/json");
    expect(first.headers.get("cache-control")).toBe("no-store");
    expect(await first.json()).toEqual(TICKET);
    const second = await take(url);
    expect(second.status).toBe(410);
    expect(await readFailed(second)).toMatchObject({ code: "ticket-used", advice: expect.stringContaining("again") });
  });

  it("goes to exactly one of two simultaneous callers, fifty times in a row", async () => {
    for (let round = 0; round < 50; round += 1) {
      const url = await makeTicket();
      const statuses = (await Promise.all([take(url), take(url)])).map(({ status }) => status);
      expect(statuses.toSorted()).toEqual([200, 410]);
    }
  });

  it("goes to only one of twenty simultaneous callers", async () => {
    const url = await makeTicket();
    const statuses = (await Promise.all(Array.from({ length: 20 }, () => take(url)))).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 410)).toHaveLength(19);
  });

  it("expires after a minute, and not before", async () => {
    const [used, unused] = [await makeTicket(), await makeTicket()];
    advance(59_999);
    expect((await take(used)).status).toBe(200);
    advance(1);
    const late = await take(unused);
    expect(late.status).toBe(404);
    expect(await readFailed(late)).toMatchObject({ code: "ticket-unknown" });
    expect(await readState(unused)).toEqual({ state: "expired" });
  });

  it("is refused to another person, and stays valid", async () => {
    const url = await makeTicket();
    const stolen = await take(url, { "kitsu-person": "eve@studio.tld" });
    expect(stolen.status).toBe(403);
    expect(await readFailed(stolen)).toMatchObject({ code: "ticket-foreign" });
    expect(await readState(url)).toEqual({ state: "waiting" });
    expect((await take(url, { "kitsu-person": "ADA@Studio.tld" })).status).toBe(200);
  });

  it("goes to a caller who does not say who they are, and to anyone if its owner is unknown", async () => {
    expect((await take(await makeTicket())).status).toBe(200);
    expect((await take(await makeTicket({}), { "kitsu-person": "eve@studio.tld" })).status).toBe(200);
  });

  it.each(["0".repeat(64), "0".repeat(63), "..%2f..", "F".repeat(64)])(
    "that never existed is unknown: %s",
    async (token) => {
      const response = await ask(`/t/${token}`);
      expect(response.status).toBe(404);
      expect(await readFailed(response)).toMatchObject({ code: "ticket-unknown" });
    },
  );

  it("is used up by GET only", async () => {
    const url = await makeTicket();
    for (const method of ["HEAD", "POST", "PUT", "DELETE"]) {
      const response = await ask(url, { method });
      expect([method, response.status, response.headers.get("allow")]).toEqual([method, 405, "GET"]);
    }
    expect(await readState(url)).toEqual({ state: "waiting" });
  });

  it("shows its state to any page, as often as it asks, without being used up", async () => {
    const url = await makeTicket();
    for (const _ of [1, 2, 3]) expect(await readState(url)).toEqual({ state: "waiting" });
    await take(url);
    const response = await ask(`${url}/state`, { headers: { origin: "https://elsewhere.tld" } });
    expect(await response.json()).toEqual({ state: "taken" });
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("cache-control")).toBe("no-store");
    advance(200_000);
    expect(await readState(url)).toEqual({ state: "taken" });
    expect(await readState(`${EDGE}/t/${"0".repeat(64)}`)).toEqual({ state: "expired" });
  });

  it("shows what became of the program, if the handler reports it", async () => {
    const url = await makeTicket();
    const report = (body: unknown) => ask(`${url}/report`, { method: "POST", ...json(body) }, VARIABLES);
    const started = { state: "started", text: "  It is open.  " };
    expect(await readFailed(await report(started))).toMatchObject({ code: "ticket-unknown" });
    await take(url, { "kitsu-report": "1" });
    expect(await readState(url)).toEqual({ state: "taken", outcome: { state: "pending", text: "" } });
    for (const wrong of [{}, { state: "done" }, "started", { state: "started", text: "x".repeat(5_000) }])
      expect(await readFailed(await report(wrong))).toMatchObject({ code: "invalid-call" });
    expect((await report(started)).status).toBe(204);
    expect(await readState(url)).toEqual({ state: "taken", outcome: { state: "started", text: "It is open." } });
    expect(await readFailed(await report({ state: "failed" }))).toMatchObject({ code: "ticket-used" });
  });

  it("shows an unknown outcome if the report does not come, and none if the handler never reports", async () => {
    const [late, quiet] = [await makeTicket(), await makeTicket()];
    await take(late, { "kitsu-report": "1" });
    await take(quiet);
    advance(55_000);
    expect(await readState(late)).toEqual({ state: "taken", outcome: { state: "unknown", text: "" } });
    expect(await readState(quiet)).toEqual({ state: "taken" });
    const report = await ask(`${quiet}/report`, { method: "POST", ...json({ state: "started" }) }, VARIABLES);
    expect(await readFailed(report)).toMatchObject({ code: "ticket-unknown" });
  });

  it("is deleted with everything in it", async () => {
    const url = await makeTicket();
    const stub = env.TEMPORARY_LINKS.getByName(tokenOf(url));
    const alarm = await runInDurableObject(stub, (_, { storage }) => storage.getAlarm());
    expect((alarm ?? 0) - Date.now()).toBe(360_000);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect(await runInDurableObject(stub, (_, { storage }) => [...storage.kv.list()])).toEqual([]);
    expect((await take(url)).status).toBe(404);
  });

  it("is not accepted as a preview or a file, nor a file as a ticket", async () => {
    const ticket = tokenOf(await makeTicket());
    const file = tokenOf(await make({ kind: "file", name: "a.txt", type: "text/plain", text: "a" }));
    for (const path of [`/media/${ticket}/a.mp4`, `/files/${ticket}/a.txt`, `/media/${file}/a.mp4`]) {
      expect(await readFailed(await ask(path, {}, VARIABLES))).toMatchObject({ code: "loan-over" });
    }
    expect(await readFailed(await ask(`/t/${file}`))).toMatchObject({ code: "ticket-unknown" });
    expect(await readState(`${EDGE}/t/${ticket}`)).toEqual({ state: "waiting" });
  });
});

describe("the media of a preview", () => {
  const requests: Request[] = [];
  function answerAsZou(answer: (request: Request) => Response) {
    requests.length = 0;
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
      checkStays(init);
      const request = new Request(input, init);
      requests.push(request);
      return answer(request);
    });
  }
  const whole = () =>
    new Response("0123456789", {
      headers: {
        "content-type": "video/mp4",
        "accept-ranges": "bytes",
        etag: '"e1"',
        "last-modified": "Mon, 23 Nov 2026 10:00:00 GMT",
        "content-disposition": "attachment; filename=secret-name.mp4",
        "set-cookie": "access_token_cookie=bot-secret-token",
        server: "gunicorn",
        "cache-control": "max-age=604800",
      },
    });

  it("is streamed from Kitsu with the bot's token, under a readable name", async () => {
    answerAsZou(whole);
    const url = await make(PREVIEW);
    expect(url).toMatch(new RegExp(`^${EDGE}/media/[0-9a-f]{64}/SQ01_SH010_Animation\\.mp4$`));
    const response = await ask(url, {}, VARIABLES);
    expect(await response.text()).toBe("0123456789");
    expect(requests.map((request) => request.url)).toEqual([
      "https://kitsu.studio.tld/api/movies/originals/preview-files/pf-1.mp4",
    ]);
    expect(requests[0]?.headers.get("authorization")).toBe("Bearer bot-secret-token");
    expect(Object.fromEntries(response.headers)).toEqual({
      "accept-ranges": "bytes",
      "cache-control": "private, no-store",
      "content-disposition": 'inline; filename="SQ01_SH010_Animation.mp4"',
      "content-security-policy": "sandbox",
      "content-type": "video/mp4",
      etag: '"e1"',
      "last-modified": "Mon, 23 Nov 2026 10:00:00 GMT",
      "referrer-policy": "no-referrer",
      vary: "Origin",
      "x-content-type-options": "nosniff",
    });
  });

  it("never reveals the token, however Kitsu answers", async () => {
    for (const status of [200, 301, 401, 403, 404, 416, 500]) {
      answerAsZou(
        () => new Response("bot-secret-token", { status, headers: { location: "https://x.tld/bot-secret-token" } }),
      );
      const response = await ask(await make(PREVIEW), {}, VARIABLES);
      const text = JSON.stringify([...response.headers]) + (status === 200 ? "" : await response.text());
      expect(text).not.toContain("bot-secret-token");
    }
  });

  it("can be requested in parts, as often as a player likes", async () => {
    answerAsZou((request) =>
      request.headers.get("range") === "bytes=2-4"
        ? new Response("234", { status: 206, headers: { "content-range": "bytes 2-4/10", "content-length": "3" } })
        : new Response(null, { status: 416, headers: { "content-range": "bytes */10" } }),
    );
    const url = await make(PREVIEW);
    for (const _ of [1, 2, 3]) {
      const part = await ask(url, { headers: { range: "bytes=2-4", "if-range": '"e1"', cookie: "a=b" } }, VARIABLES);
      expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([206, "bytes 2-4/10", "234"]);
    }
    expect(requests[0]?.headers.get("if-range")).toBe('"e1"');
    expect(requests[0]?.headers.get("cookie")).toBeNull();
    const beyond = await ask(url, { headers: { range: "bytes=99-" } }, VARIABLES);
    expect([beyond.status, beyond.headers.get("content-range"), await beyond.text()]).toEqual([416, "bytes */10", ""]);
  });

  it("is requested with HEAD if the player sends HEAD", async () => {
    answerAsZou(({ method }) => new Response(null, { headers: { "content-type": "video/mp4", "x-method": method } }));
    const response = await ask(await make(PREVIEW), { method: "HEAD" }, VARIABLES);
    expect(response.status).toBe(200);
    expect(requests[0]?.method).toBe("HEAD");
  });

  it("is a picture if it is not a movie, and never another path in Kitsu", async () => {
    answerAsZou(() => new Response("png"));
    await ask(await make({ ...PREVIEW, extension: ".PNG" }), {}, VARIABLES);
    await ask(await make({ ...PREVIEW, previewId: "../../data/persons", extension: "mov" }), {}, VARIABLES);
    await ask(await make({ ...PREVIEW, extension: "p/../x" }), {}, VARIABLES);
    expect(requests.map(({ url }) => url.replace("https://kitsu.studio.tld/api", ""))).toEqual([
      "/pictures/originals/preview-files/pf-1.png",
      "/movies/originals/preview-files/..%2F..%2Fdata%2Fpersons.mp4",
      "/pictures/originals/preview-files/pf-1.bin",
    ]);
  });

  it("expires after an hour", async () => {
    answerAsZou(whole);
    const url = await make(PREVIEW);
    advance(3_599_999);
    expect((await ask(url, {}, VARIABLES)).status).toBe(200);
    advance(1);
    expect(await readFailed(await ask(url, {}, VARIABLES))).toMatchObject({ code: "loan-over" });
  });

  it("needs a bot's account, and says so if there is none", async () => {
    await expect(make(PREVIEW, { variables: {} })).rejects.toMatchObject({
      code: "not-configured",
      reply: { advice: { values: { texts: [{}, { values: { command: "npx wrangler secret put KITSU_TOKEN" } }] } } },
    });
  });

  it.each([
    ["a web page", () => new Response("<html>Sign in", { headers: { "content-type": "text/html" } })],
    [
      "a web server's page",
      () => new Response("<html>nginx", { status: 404, headers: { "content-type": "text/html" } }),
    ],
    ["a redirect", () => new Response(null, { status: 302, headers: { location: "https://login.studio.tld/" } })],
  ])("is refused if Kitsu answers with %s", async (_, answer) => {
    answerAsZou(answer);
    const reply = await readFailed(await ask(await make(PREVIEW), {}, VARIABLES));
    expect(reply).toMatchObject({ code: "kitsu-broken", text: "The address of Kitsu's media leads to another page." });
  });

  it("reports that Kitsu can't be reached", async () => {
    vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("Network connection lost"));
    expect(await readFailed(await ask(await make(PREVIEW), {}, VARIABLES))).toMatchObject({
      code: "kitsu-unreachable",
      retry: true,
    });
  });
});

describe("a file", () => {
  it("is always a download, whatever it contains", async () => {
    const url = await make({
      kind: "file",
      name: 'lists/"Übersicht".m3u8',
      type: "audio/x-mpegurl",
      text: "<script>é",
    });
    expect(url).toMatch(/\/files\/[0-9a-f]{64}\/lists_U_bersicht_\.m3u8$/);
    const response = await ask(url);
    expect(await response.text()).toBe("<script>é");
    expect(response.headers.get("content-disposition")).toBe('attachment; filename="lists_U_bersicht_.m3u8"');
    expect(response.headers.get("content-type")).toBe("audio/x-mpegurl; charset=utf-8");
    expect(response.headers.get("content-security-policy")).toBe("sandbox");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("has at most 1 MB", async () => {
    const text = (size: number) =>
      make({ kind: "file", name: "a.txt", type: "text/plain", text: "é".repeat(size / 2) });
    await expect(text(1_024 * 1_024 + 2)).rejects.toMatchObject({ code: "not-allowed" });
    expect((await (await ask(await text(1_024 * 1_024))).text()).length).toBe(512 * 1_024);
  });

  it("expires after an hour", async () => {
    const url = await make({ kind: "file", name: "a.txt", type: "text/plain", text: "a" });
    advance(3_600_000);
    expect(await readFailed(await ask(url))).toMatchObject({ code: "loan-over" });
  });
});
