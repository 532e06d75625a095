import * as v from "valibot";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Failure } from "../../../worker/format/failure.ts";
import { ENGLISH } from "../../../worker/format/reader.ts";
import { localizeReply } from "../../../worker/format/reply.ts";
import { openZou } from "../../../worker/services/zou.ts";
import { isMaybeDone } from "../../../worker/services/zou-answer.ts";
import { API, BOT_TOKEN, type FakeZou, id, openFakeZou } from "../../support/worker/zou.ts";

let fake: FakeZou;
beforeEach(() => {
  fake = openFakeZou();
  vi.spyOn(scheduler, "wait").mockResolvedValue();
});

const open = (token = BOT_TOKEN, signal = new AbortController().signal) => openZou(API, token, signal);
const openSession = () => openZou(API, BOT_TOKEN, new AbortController().signal, "person");
const read = (zou = open()) => zou.read("/data/organisations", v.array(v.object({ hours_by_day: v.number() })));

/** The failure, with its texts in English. */
async function refusal(promise: Promise<unknown>) {
  const thrown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(thrown instanceof Failure)) throw new Error(`Expected a Failure, got ${String(thrown)}`);
  const { code, status, cause } = thrown;
  const reply = localizeReply(thrown.reply, ENGLISH);
  if (reply.kind !== "failed") throw new Error("A Failure has a failed reply");
  return { code, status, cause, reply, isMaybeDone: isMaybeDone(thrown) };
}

/** An answer whose connection is lost halfway. */
const cut = () =>
  new Response(
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('[{"hours_'));
        controller.error(new TypeError("Network connection lost."));
      },
    }),
  );

const html = (status: number) =>
  new Response("<html><title>502 Bad Gateway</title></html>", { status, headers: { "content-type": "text/html" } });

describe("reading from Zou", () => {
  it("parses the members that are used", async () => {
    expect(await read()).toEqual([{ hours_by_day: 8 }]);
  });

  it("stops reading an answer that is too large, even if it was compressed", async () => {
    const block = new Uint8Array(1_024 * 1_024).fill(0x20);
    let given = 0;
    const pour = new ReadableStream<Uint8Array>({
      pull(controller) {
        given += 1;
        if (given > 200) controller.close();
        else controller.enqueue(block);
      },
    });
    fake.next.push(new Response(pour, { headers: { "content-type": "application/json" } }));
    const failure = await refusal(read());
    expect(failure.code).toBe("kitsu-broken");
    expect(failure.reply.text).toBe("Kitsu sent more than 16 MiB.");
    expect(given).toBeLessThan(30);
  });

  it("does not blame Kitsu for a limit of Cloudflare", async () => {
    vi.spyOn(globalThis, "fetch").mockRejectedValue(new Error("Too many subrequests."));
    const failure = await refusal(read());
    expect(failure.code).toBe("platform-limit");
    expect(failure.reply.text).not.toContain("Kitsu");
  });

  it.each([
    ["a revoked token", "s3cr3t-revoked", "kitsu-token-refused"],
    ["a malformed token", "garbled", "kitsu-token-refused"],
  ])("explains in a sentence when it has %s", async (_, token, code) => {
    const failure = await refusal(read(open(token)));
    expect(failure.code).toBe(code);
    expect(failure.reply.text).toMatch(/\.$/);
    expect(JSON.stringify(failure.reply)).not.toContain(token);
  });

  it.each([
    [401, { error: true, message: "Signature has expired" }, "kitsu-token-refused", "Signature has expired"],
    [403, { error: true, message: "No" }, "kitsu-forbidden", "No"],
    [404, { error: true, message: "404 Not Found" }, "kitsu-unknown", "404 Not Found"],
    [400, { error: "Malformed" }, "kitsu-refused", "Malformed"],
    [400, { message: "Taken", received_data: {} }, "kitsu-refused", "Taken"],
    [409, { msg: "Build in progress" }, "kitsu-refused", "Build in progress"],
    [500, { error: true, message: "Internal server error." }, "kitsu-broken", "Internal server error."],
  ])("recognizes %i %j, and keeps Zou's message for the log", async (status, body, code, words) => {
    fake.next.push(Response.json(body, { status }));
    const failure = await refusal(read());
    expect(failure.code).toBe(code);
    expect(String(failure.cause)).toContain(words);
  });

  it.each([
    [400, { message: "Playlist name is too long" }, "Kitsu refused: “Playlist name is too long”."],
    [
      400,
      { error: true, message: "Validation error.", data: { errors: [{ field: "name", message: "is required" }] } },
      "Kitsu refused: “Validation error. name: is required”.",
    ],
    [
      403,
      { error: true, message: "The project is locked" },
      "the action server's bot account: “The project is locked”.",
    ],
    [405, { message: "The method is not allowed" }, "Kitsu refused: “The method is not allowed”."],
    [409, { message: "A build is running" }, "Kitsu refused: “A build is running”."],
    [413, { message: "Too large" }, "Kitsu refused: “Too large”."],
    [422, { message: "The text is empty" }, "Kitsu refused: “The text is empty”."],
    [418, {}, "Kitsu refused: status 418."],
  ])("quotes Zou's message: %i %j", async (status, body, text) => {
    fake.next.push(Response.json(body, { status }));
    expect((await refusal(read())).reply.text).toContain(text);
  });

  it("shortens Zou's message", async () => {
    fake.next.push(Response.json({ message: "x".repeat(100_000) }, { status: 400 }));
    expect((await refusal(read())).reply.text?.length).toBeLessThan(400);
  });

  it.each([
    ["the person's", openSession, "your account doesn't have it yet", "in your Kitsu profile"],
    ["the bot's", open, "The action server's account doesn't have it", "KITSU_TOKEN"],
  ])("asks to set up two-factor authentication, and says in which account: %s", async (_, opened, text, advice) => {
    fake.next.push(Response.json({ two_factor_authentication_required: true, message: "2FA" }, { status: 403 }));
    const { code, reply } = await refusal(read(opened()));
    expect(code).toBe("kitsu-second-factor");
    expect(reply.title).toBe("Kitsu requires two-factor authentication");
    expect(reply.text).toContain(text);
    expect(reply.advice).toContain(advice);
  });

  it("distinguishes an expired session from a rejected bot token", async () => {
    const over = () => Response.json({ error: true, message: "Signature has expired" }, { status: 401 });
    fake.next.push(over(), over());
    const { reply } = await refusal(read(openSession()));
    expect(reply).toMatchObject({
      title: "Your session in Kitsu has ended",
      advice: expect.stringContaining("Log in to Kitsu"),
    });
    expect(JSON.stringify(reply)).not.toContain("TOKEN");
    expect((await refusal(read())).reply.advice).toContain("KITSU_TOKEN");
  });

  const page = "<!doctype html><html><head><title>Sign in · Access</title>";
  const asHtml = (status: number, body = page) =>
    new Response(body, { status, headers: { "content-type": "text/html" } });
  const leadTo = (location: string) => new Response(null, { status: 302, headers: { location } });
  it.each<[string, Response, string]>([
    ["a page with status 200", asHtml(200), "a web page: “Sign in · Access”"],
    ["a page without a content type", new Response(page), "a web page: “Sign in · Access”"],
    ["a page without a title", asHtml(200, "<html>".padEnd(200_000, "<title")), "leads to a web page."],
    ["a page with status 401", asHtml(401), "a web page: “Sign in · Access”"],
    ["a page with status 403", asHtml(403), "a web page: “Sign in · Access”"],
    ["a page with status 404", asHtml(404), "a web page: “Sign in · Access”"],
    [
      "the message of a firewall",
      new Response("error code: 1020", { status: 403 }),
      "with status 403: “error code: 1020”",
    ],
    [
      "a redirect to a login elsewhere",
      leadTo("https://login.studio.tld/?to=%2Fapi&token=s3cr3t"),
      "redirects to login.studio.tld.",
    ],
    ["a redirect to a login here", leadTo("/login"), "redirects to kitsu.studio.tld."],
  ])("explains what it found instead of Kitsu's API: %s", async (_, answer, text) => {
    fake.next.push(answer);
    const { code, reply } = await refusal(read());
    expect(code).toBe("kitsu-broken");
    expect(reply.text).toContain(text);
    expect(reply.advice).toContain("KITSU_API");
    expect(JSON.stringify(reply)).not.toContain("s3cr3t");
  });

  it.each([
    ["is empty", new Response(""), "Kitsu's answer is empty."],
    ["is incomplete", new Response('[{"hours_by_day": 8}, {"hou'), "is incomplete"],
  ])("reports when an answer %s", async (_, answer, text) => {
    fake.next.push(answer);
    expect((await refusal(read())).reply).toMatchObject({
      code: "kitsu-broken",
      text: expect.stringContaining(text),
      retry: true,
    });
  });

  it.each([
    ["workerd", new TypeError("TLS peer's certificate is not trusted; reason = certificate has expired")],
    ["Cloudflare", new Response("error code: 526", { status: 526 })],
  ])("reports a rejected certificate, with the error of %s, and does not retry", async (_, answer) => {
    fake.next.push(answer);
    const { code, reply } = await refusal(read());
    expect(code).toBe("kitsu-unreachable");
    expect(reply.text).toContain("certificate was not accepted");
    expect(reply.retry).toBeUndefined();
    expect(fake.requests).toHaveLength(1);
  });

  it("distinguishes Cloudflare's error page from Kitsu's own error", async () => {
    fake.next.push(new Response("error code: 522", { status: 522 }));
    expect((await refusal(read())).reply.text).toBe(
      "Kitsu is down: the server in front of it answered with status 522.",
    );
  });

  it("reports when Kitsu or a proxy accepts no more requests, and when a proxy answers for it", async () => {
    fake.next.push(new Response("<html>Too many requests", { status: 429 }), ...[html(503), html(503), html(503)]);
    expect(await refusal(read())).toMatchObject({ code: "kitsu-busy", status: 503, reply: { retry: true } });
    expect((await refusal(read())).reply).toMatchObject({
      text: expect.stringContaining("the server in front of it"),
      retry: true,
    });
  });

  it.each([502, 503, 504])("retries with delays after %i, three attempts in total", async (status) => {
    fake.next.push(html(status), html(status));
    expect(await read()).toEqual([{ hours_by_day: 8 }]);
    expect(fake.requests).toHaveLength(3);
    fake.next.push(html(status), html(status), html(status));
    expect((await refusal(read())).code).toBe("kitsu-broken");
  });

  it("retries after a lost connection, and finally reports that Kitsu can't be reached", async () => {
    fake.next.push(new TypeError("Network connection lost."));
    expect(await read()).toEqual([{ hours_by_day: 8 }]);
    fake.next.push(...Array.from({ length: 3 }, () => new TypeError("connect ECONNREFUSED 10.0.0.7")));
    const failure = await refusal(read());
    expect(failure.code).toBe("kitsu-unreachable");
    expect(JSON.stringify(failure.reply)).not.toContain("10.0.0.7");
  });

  it("retries after a truncated answer, and finally reports the lost connection", async () => {
    fake.next.push(cut());
    expect(await read()).toEqual([{ hours_by_day: 8 }]);
    fake.next.push(cut(), cut(), cut());
    expect((await refusal(read())).code).toBe("kitsu-unreachable");
  });

  it("does not retry a refusal", async () => {
    fake.next.push(Response.json({ message: "No" }, { status: 403 }));
    await refusal(read());
    expect(fake.requests).toHaveLength(1);
  });

  it("ends with the action's time limit", async () => {
    const abort = new AbortController();
    fake.next.push(html(503));
    vi.spyOn(scheduler, "wait").mockImplementation(async () => abort.abort(new Error("over")));
    await expect(read(open(BOT_TOKEN, abort.signal))).rejects.toThrow();
  });

  it("reports when Kitsu takes too long, and does not retry", async () => {
    vi.spyOn(AbortSignal, "timeout").mockReturnValue(AbortSignal.abort(new DOMException("over", "TimeoutError")));
    const failure = await refusal(read());
    expect(failure).toMatchObject({ code: "kitsu-timeout", status: 504 });
    expect(fake.requests).toHaveLength(1);
  });

  it("refuses an answer of another shape, and logs where it differs", async () => {
    fake.next.push(Response.json([{ hours_by_day: "eight" }]));
    const failure = await refusal(read());
    expect(failure.code).toBe("kitsu-broken");
    expect(String(failure.cause)).toContain("hours_by_day");
  });
});

describe("writing to Zou", () => {
  it.each([
    ["a refusal by a proxy", html(503)],
    ["a lost connection", new TypeError("Network connection lost.")],
    ["a truncated answer", cut()],
  ])("is never retried: %s", async (_, answer) => {
    fake.next.push(answer);
    await refusal(open().write("POST", "/data/playlists", {}, v.unknown()));
    expect(fake.requests).toHaveLength(1);
  });

  it.each([
    ["a page", new Response("<html>", { headers: { "content-type": "text/html" } })],
    ["a truncated answer", new Response('{"id": "')],
    ["empty without status 204", new Response("")],
    ["a redirect", new Response(null, { status: 302, headers: { location: "https://login.studio.tld/" } })],
  ])("is not reported as done if the answer is %s", async (_, answer) => {
    fake.next.push(answer);
    expect((await refusal(open().write("DELETE", "/data/playlists/1", undefined, v.unknown()))).code).toBe(
      "kitsu-broken",
    );
  });

  it("may have been done if the answer is lost, and says so", async () => {
    const lost = [new TypeError("Network connection lost."), new Response('{"id": "'), html(502)];
    const write = () => refusal(open().write("POST", "/data/playlists", {}, v.unknown()));
    for (const answer of lost) {
      fake.next.push(answer);
      expect(await write()).toMatchObject({
        isMaybeDone: true,
        reply: { advice: expect.stringContaining("check in Kitsu") },
      });
    }
    fake.next.push(html(503));
    expect(await write()).toMatchObject({
      isMaybeDone: false,
      reply: { advice: expect.not.stringContaining("check in Kitsu") },
    });
  });
});

describe("a route that is missing in this Zou", () => {
  const comment = () => refusal(open().write("POST", "/actions/tasks/batch-comment", { comments: [] }, v.unknown()));

  it("is distinguished from a deleted row, although Zou answers both the same way", async () => {
    const unknown = `/data/persons/${id(1, 999)}`;
    expect(await refusal(open().read(`${unknown}?x=1`, v.unknown()))).toMatchObject({
      code: "kitsu-unknown",
      status: 404,
    });
    expect(fake.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET ${unknown}?x=1`,
      `OPTIONS ${unknown}`,
    ]);
    fake.lacks.push(/batch-comment/);
    expect((await comment()).code).toBe("kitsu-version");
  });

  it.each(["0.19.73", "0.9.36", "0.20.84"])("is explained by a Kitsu that is too old: %s", async (version) => {
    Object.assign(fake, { version, lacks: [/batch-comment/] });
    expect(await comment()).toMatchObject({
      code: "kitsu-version",
      reply: {
        text: `Your Kitsu is too old for this: it runs Zou ${version}, and this needs Zou 0.20.85 or later.`,
        advice: "Ask your TD to update Kitsu.",
      },
    });
  });

  it("is not explained that way if Kitsu is new enough", async () => {
    Object.assign(fake, { version: "2.0.0", lacks: [/batch-comment/] });
    const { reply } = await comment();
    expect(reply.text).toBe("Your Kitsu, with Zou 2.0.0, doesn't support this.");
  });

  it("can exist for other methods", async () => {
    const change = () => refusal(open().write("PUT", "/data/tasks", {}, v.unknown()));
    expect((await change()).code).toBe("kitsu-refused");
    fake.version = "0.19.73";
    expect((await change()).reply.text).toContain("Your Kitsu is too old for this");
  });

  it("is explained by the address if Zou is not there at all", async () => {
    fake.lacks.push(/./);
    expect((await refusal(read())).reply).toMatchObject({
      code: "kitsu-broken",
      text: "Kitsu's API is not at the address that is set in this action server.",
    });
  });

  it("is treated as a deleted row if nothing else is known", async () => {
    fake.next.push(
      Response.json({ message: "404 Not Found" }, { status: 404 }),
      new TypeError("Network connection lost."),
    );
    expect((await refusal(read())).code).toBe("kitsu-unknown");
  });
});
