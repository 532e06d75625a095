import * as v from "valibot";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Failure } from "../../worker/failure.ts";
import { openZou } from "../../worker/services/zou.ts";
import { API, BOT_TOKEN, type FakeZou, openFakeZou } from "../support/worker/zou.ts";

let fake: FakeZou;
beforeEach(() => {
  fake = openFakeZou();
  vi.spyOn(scheduler, "wait").mockResolvedValue();
});

const open = (token = BOT_TOKEN, signal = new AbortController().signal) => openZou(API, token, signal);
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
});
