import * as v from "valibot";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Failure } from "../../../worker/failure.ts";
import { openZou } from "../../../worker/services/zou.ts";
import { API, BOT_TOKEN, type FakeZou, openFakeZou } from "../../support/worker/zou.ts";

let fake: FakeZou;
beforeEach(() => {
  fake = openFakeZou();
  vi.spyOn(scheduler, "wait").mockResolvedValue();
});

const open = (token = BOT_TOKEN, signal = new AbortController().signal) => openZou(API, token, signal);
const openSession = () => openZou(API, BOT_TOKEN, new AbortController().signal, "person");
const read = (zou = open()) => zou.read("/data/organisations", v.array(v.object({ hours_by_day: v.number() })));

async function refusal(promise: Promise<unknown>) {
  const thrown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(thrown instanceof Failure)) throw new Error(`Expected a Failure, got ${String(thrown)}`);
  return thrown;
}

/** An answer that breaks off in its middle. */
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
  it("parses what is used and leaves the rest", async () => {
    expect(await read()).toEqual([{ hours_by_day: 8 }]);
  });

  it("stops at an answer that grows too large, however small it was on its way", async () => {
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
    expect(failure.reply.text).toBe("Kitsu answered more than 16 MiB.");
    expect(given).toBeLessThan(30);
  });

  it("does not say of Kitsu what is a limit of Cloudflare's", async () => {
    vi.spyOn(globalThis, "fetch").mockRejectedValue(new Error("Too many subrequests."));
    const failure = await refusal(read());
    expect(failure.code).toBe("platform-limit");
    expect(failure.reply.text).not.toContain("Kitsu");
  });

  it.each([
    ["a token that is revoked", "s3cr3t-revoked", "kitsu-token-refused"],
    ["a token that is garbled", "garbled", "kitsu-token-refused"],
  ])("says in a sentence when it has %s", async (_, token, code) => {
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
  ])("tells %i %j from the others, and keeps Zou's words for the log", async (status, body, code, words) => {
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
    [403, { error: true, message: "The project is locked" }, "the action server's bot: “The project is locked”."],
    [405, { message: "The method is not allowed" }, "Kitsu refused: “The method is not allowed”."],
    [409, { message: "A build is running" }, "Kitsu refused: “A build is running”."],
    [413, { message: "Too large" }, "Kitsu refused: “Too large”."],
    [422, { message: "The text is empty" }, "Kitsu refused: “The text is empty”."],
    [418, {}, "Kitsu refused: status 418."],
  ])("hands on Zou's own words: %i %j", async (status, body, text) => {
    fake.next.push(Response.json(body, { status }));
    expect((await refusal(read())).reply.text).toContain(text);
  });

  it("cuts Zou's own words short", async () => {
    fake.next.push(Response.json({ message: "x".repeat(100_000) }, { status: 400 }));
    expect((await refusal(read())).reply.text?.length).toBeLessThan(400);
  });

  it.each([
    ["the person's", openSession, "your account has none yet", "in your profile"],
    ["the bot's", open, "the action server's account that has none, not yours", "KITSU_TOKEN"],
  ])(
    "says that two-factor authentication is to be set up first, and in whose account: %s",
    async (_, opened, text, advice) => {
      fake.next.push(Response.json({ two_factor_authentication_required: true, message: "2FA" }, { status: 403 }));
      const { code, reply } = await refusal(read(opened()));
      expect(code).toBe("kitsu-second-factor");
      expect(reply.title).toBe("Kitsu requires two-factor authentication");
      expect(reply.text).toContain(text);
      expect(reply.advice).toContain(advice);
    },
  );

  it("tells the person's session that ended from the bot's token", async () => {
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
    ["a page that says 200", asHtml(200), "a web page: “Sign in · Access”"],
    ["a page that does not say what it is", new Response(page), "a web page: “Sign in · Access”"],
    ["a page without a title", asHtml(200, "<html>".padEnd(200_000, "<title")), "there is a web page."],
    ["a page that says 401", asHtml(401), "a web page: “Sign in · Access”"],
    ["a page that says 403", asHtml(403), "a web page: “Sign in · Access”"],
    ["a page that says 404", asHtml(404), "a web page: “Sign in · Access”"],
    [
      "the words of a firewall",
      new Response("error code: 1020", { status: 403 }),
      "with the status 403: “error code: 1020”",
    ],
    [
      "a redirect to a login elsewhere",
      leadTo("https://login.studio.tld/?to=%2Fapi&token=s3cr3t"),
      "sent on to login.studio.tld.",
    ],
    ["a redirect to a login here", leadTo("/login"), "sent on to kitsu.studio.tld."],
  ])("says what is where Kitsu's API should be: %s", async (_, answer, text) => {
    fake.next.push(answer);
    const { code, reply } = await refusal(read());
    expect(code).toBe("kitsu-broken");
    expect(reply.text).toContain(text);
    expect(reply.advice).toContain("KITSU_API");
    expect(JSON.stringify(reply)).not.toContain("s3cr3t");
  });

  it.each([
    ["is empty", new Response(""), "Kitsu's answer is empty."],
    ["ends in its middle", new Response('[{"hours_by_day": 8}, {"hou'), "ends in its middle"],
  ])("says when an answer %s", async (_, answer, text) => {
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
  ])("says when Kitsu's certificate is not accepted, as %s tells it, and does not ask again", async (_, answer) => {
    fake.next.push(answer);
    const { code, reply } = await refusal(read());
    expect(code).toBe("kitsu-unreachable");
    expect(reply.text).toContain("certificate is not accepted");
    expect(reply.retry).toBeUndefined();
    expect(fake.requests).toHaveLength(1);
  });

  it("tells Cloudflare's word for a Kitsu that does not answer from Kitsu's own", async () => {
    fake.next.push(new Response("error code: 522", { status: 522 }));
    expect((await refusal(read())).reply.text).toBe(
      "Kitsu does not answer: the server in front of it says so, with the status 522.",
    );
  });

  it("says when Kitsu or a proxy takes no more requests, and when a proxy answers for it", async () => {
    fake.next.push(new Response("<html>Too many requests", { status: 429 }), ...[html(503), html(503), html(503)]);
    expect(await refusal(read())).toMatchObject({ code: "kitsu-busy", status: 503, reply: { retry: true } });
    expect((await refusal(read())).reply).toMatchObject({
      text: expect.stringContaining("the server in front of it"),
      retry: true,
    });
  });

  it.each([502, 503, 504])("tries again politely after %i, three times in all", async (status) => {
    fake.next.push(html(status), html(status));
    expect(await read()).toEqual([{ hours_by_day: 8 }]);
    expect(fake.requests).toHaveLength(3);
    fake.next.push(html(status), html(status), html(status));
    expect((await refusal(read())).code).toBe("kitsu-broken");
  });

  it("tries again after a lost connection, and says at last that Kitsu can't be reached", async () => {
    fake.next.push(new TypeError("Network connection lost."));
    expect(await read()).toEqual([{ hours_by_day: 8 }]);
    fake.next.push(...Array.from({ length: 3 }, () => new TypeError("connect ECONNREFUSED 10.0.0.7")));
    const failure = await refusal(read());
    expect(failure.code).toBe("kitsu-unreachable");
    expect(JSON.stringify(failure.reply)).not.toContain("10.0.0.7");
  });

  it("tries again after an answer that was cut in its middle, and says the same at last", async () => {
    fake.next.push(cut());
    expect(await read()).toEqual([{ hours_by_day: 8 }]);
    fake.next.push(cut(), cut(), cut());
    expect((await refusal(read())).code).toBe("kitsu-unreachable");
  });

  it("does not try again what is refused", async () => {
    fake.next.push(Response.json({ message: "No" }, { status: 403 }));
    await refusal(read());
    expect(fake.requests).toHaveLength(1);
  });

  it("ends with the action's own time", async () => {
    const abort = new AbortController();
    fake.next.push(html(503));
    vi.spyOn(scheduler, "wait").mockImplementation(async () => abort.abort(new Error("over")));
    await expect(read(open(BOT_TOKEN, abort.signal))).rejects.toThrow();
  });

  it("says so when Kitsu takes too long, and does not ask again", async () => {
    vi.spyOn(AbortSignal, "timeout").mockReturnValue(AbortSignal.abort(new DOMException("over", "TimeoutError")));
    const failure = await refusal(read());
    expect(failure).toMatchObject({ code: "kitsu-timeout", status: 504 });
    expect(fake.requests).toHaveLength(1);
  });

  it("refuses an answer of another shape, and the log says where", async () => {
    fake.next.push(Response.json([{ hours_by_day: "eight" }]));
    const failure = await refusal(read());
    expect(failure.code).toBe("kitsu-broken");
    expect(String(failure.cause)).toContain("hours_by_day");
  });
});

describe("writing to Zou", () => {
  it.each([
    ["a proxy's refusal", html(503)],
    ["a lost connection", new TypeError("Network connection lost.")],
    ["an answer that was cut", cut()],
  ])("is never tried twice: %s", async (_, answer) => {
    fake.next.push(answer);
    await refusal(open().write("POST", "/data/playlists", {}, v.unknown()));
    expect(fake.requests).toHaveLength(1);
  });

  it.each([
    ["a page", new Response("<html>", { headers: { "content-type": "text/html" } })],
    ["half an answer", new Response('{"id": "')],
    ["nothing, and not by 204", new Response("")],
    ["a redirect", new Response(null, { status: 302, headers: { location: "https://login.studio.tld/" } })],
  ])("is not done where the answer is %s", async (_, answer) => {
    fake.next.push(answer);
    expect((await refusal(open().write("DELETE", "/data/playlists/1", undefined, v.unknown()))).code).toBe(
      "kitsu-broken",
    );
  });

  it("may be done, and says so, where the answer is lost", async () => {
    const lost = [new TypeError("Network connection lost."), new Response('{"id": "'), html(502)];
    for (const answer of lost) {
      fake.next.push(answer);
      expect((await refusal(open().write("POST", "/data/playlists", {}, v.unknown()))).reply.advice).toContain(
        "look in Kitsu",
      );
    }
    fake.next.push(html(503));
    expect((await refusal(open().write("POST", "/data/playlists", {}, v.unknown()))).reply.advice).not.toContain(
      "look in Kitsu",
    );
  });
});

describe("a route that this Zou does not have", () => {
  const comment = () => refusal(open().write("POST", "/actions/tasks/batch-comment", { comments: [] }, v.unknown()));

  it("is told from a row that was deleted, although Zou says both in the same words", async () => {
    expect(await refusal(open().read("/data/persons/1?x=1", v.unknown()))).toMatchObject({
      code: "kitsu-unknown",
      status: 404,
    });
    expect(fake.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "GET /data/persons/1?x=1",
      "OPTIONS /data/persons/1",
    ]);
    fake.lacks.push(/batch-comment/);
    expect((await comment()).code).toBe("kitsu-version");
  });

  it.each(["0.19.73", "0.9.36", "0.20.84"])("is said of a Kitsu that is too old: %s", async (version) => {
    Object.assign(fake, { version, lacks: [/batch-comment/] });
    expect(await comment()).toMatchObject({
      code: "kitsu-version",
      reply: {
        text: `Your Kitsu is too old for this: it has Zou ${version}, and Zou 0.20.85 or later is needed.`,
        advice: "Ask your TD to update Kitsu.",
      },
    });
  });

  it("is not said of a Kitsu that is new enough", async () => {
    Object.assign(fake, { version: "2.0.0", lacks: [/batch-comment/] });
    const { reply } = await comment();
    expect(reply.text).toBe("Your Kitsu, with Zou 2.0.0, does not have what is asked for.");
  });

  it("is one that is there for other methods, too", async () => {
    const change = () => refusal(open().write("PUT", "/data/tasks", {}, v.unknown()));
    expect((await change()).code).toBe("kitsu-refused");
    fake.version = "0.19.73";
    expect((await change()).reply.text).toContain("Your Kitsu is too old for this");
  });

  it("is the fault of the address where Zou itself is not there", async () => {
    fake.lacks.push(/./);
    expect((await refusal(read())).reply).toMatchObject({
      code: "kitsu-broken",
      text: "Kitsu's API is not at the address that this action server has for it.",
    });
  });

  it("is taken for a deleted row where nobody can say", async () => {
    fake.next.push(
      Response.json({ message: "404 Not Found" }, { status: 404 }),
      new TypeError("Network connection lost."),
    );
    expect((await refusal(read())).code).toBe("kitsu-unknown");
  });
});
