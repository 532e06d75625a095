import { describe, expect, it, vi } from "vitest";
import { localize } from "../../../worker/format/localize.ts";
import { ENGLISH } from "../../../worker/format/reader.ts";
import { exceedsJsonLimits, HttpError, parseJson, sendRequest, startDeadline } from "../../../worker/services/http.ts";

describe("JSON from a studio's server", () => {
  it("is parsed, or undefined if it is not JSON", () => {
    expect(parseJson('{"a":[1,{"b":null}]}')).toEqual({ a: [1, { b: null }] });
    expect(parseJson("null")).toBeNull();
    for (const text of ["", " ", "<title>", '{"a":', "[[[[[["]) expect(parseJson(text)).toBeUndefined();
  });

  it("is not parsed with too many values or too deep nesting: a megabyte of brackets takes a hundred when parsed", () => {
    const nest = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth);
    expect(parseJson(nest("[", "]", 64))).toBeDefined();
    expect(exceedsJsonLimits(nest("[", "]", 64))).toBe(false);
    for (const text of [nest("[", "]", 65), "[".repeat(1_000_000), '{"a":'.repeat(65), '{"jobs":['.repeat(40)])
      expect([exceedsJsonLimits(text), parseJson(text)]).toEqual([true, undefined]);
    expect(parseJson(`[${"0,".repeat(1_500_000)}0]`)).toBeDefined();
    expect(parseJson(`[${"0,".repeat(1_500_001)}0]`)).toBeUndefined();
  });

  it("may have any brackets and commas in its strings", () => {
    const text = JSON.stringify({ a: '[{",\\'.repeat(500_000) });
    expect(exceedsJsonLimits(text)).toBe(false);
    expect(parseJson(text)).toEqual({ a: '[{",\\'.repeat(500_000) });
  });
});

describe("a request without an answer", () => {
  const send = async (isTarget: boolean, fetched: () => Promise<Response>) => {
    vi.spyOn(globalThis, "fetch").mockImplementation(fetched);
    const { signal } = new AbortController();
    const request = {
      server: "Publish",
      url: "https://studio.tld/",
      signal,
      deadline: startDeadline(20_000),
      isTarget,
    };
    const thrown = await sendRequest(request)
      .then((answer) => answer.readText(4))
      .catch((reason: unknown) => reason);
    if (!(thrown instanceof HttpError)) throw new Error(`Expected an HttpError, got ${String(thrown)}`);
    return thrown;
  };
  const lose = async () => Promise.reject(new TypeError("Network connection lost."));
  const answerTooMuch = async () => new Response("12345");

  it("is described in the reader's language, and in English for the console", async () => {
    const { text, message, kind } = await send(false, lose);
    expect([kind, message]).toEqual(["unreachable", "Publish could not be reached."]);
    expect(text).toEqual({ key: "http.unreachable", values: { server: "Publish" } });
    expect((await send(false, answerTooMuch)).text).toMatchObject({ key: "http.tooLarge" });
  });

  it("is described with the action, if it is one that forwards calls", async () => {
    const { text } = await send(true, lose);
    expect(localize(text, ENGLISH)).toBe("The server behind Publish could not be reached.");
    expect((await send(true, answerTooMuch)).message).toMatch(/^The server behind Publish sent more than /);
  });

  it("is described with the time that it took", async () => {
    vi.spyOn(AbortSignal, "timeout").mockReturnValue(AbortSignal.abort(new DOMException("over", "TimeoutError")));
    expect((await send(false, lose)).message).toBe("Publish did not answer within 20 seconds.");
  });
});
