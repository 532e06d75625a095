import { describe, expect, it } from "vitest";
import { encodeMessage, MESSAGE_MAX_BYTES, parseAnswer } from "../../../worker/services/afanasy-codec.ts";

const textOf = (message: Record<string, unknown>) => new TextDecoder().decode(encodeMessage(message));

describe("a message to Afanasy", () => {
  it("starts with its brace and has the 47 bytes of the contract's example", () => {
    const bytes = encodeMessage({ get: { type: "jobs", ids: [2], mode: "full" } });
    expect(bytes.byteLength).toBe(47);
    expect(bytes[0]).toBe(0x7b);
    expect(new TextDecoder().decode(bytes)).toBe('{"get":{"type":"jobs","ids":[2],"mode":"full"}}');
  });

  it.each(["Ä", "日本", "🎬", "\u2028", "\u007f", "é"])(
    "escapes %j, so that its bytes and characters have the same count",
    (text) => {
      const written = textOf({ name: text });
      expect(written).toMatch(/^[\u0020-\u007e]*$/);
      expect(JSON.parse(written)).toEqual({ name: text });
      expect(encodeMessage({ name: text }).byteLength).toBe(written.length);
    },
  );

  it("replaces half of a surrogate pair", () => {
    expect(JSON.parse(textOf({ name: "a\ud83cb" }))).toEqual({ name: "a\ufffdb" });
  });

  it.each([101.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60])(
    "refuses the number %d, which the server would ignore",
    (value) => {
      expect(() => encodeMessage({ job: { blocks: [{ frame_first: value }] } })).toThrow("frame_first");
    },
  );

  it("has integers without a decimal point", () => {
    expect(textOf({ frame_first: 101.0 })).toBe('{"frame_first":101}');
  });

  it("refuses a NUL, which ends the server's strings", () => {
    expect(() => encodeMessage({ name: "a\0b" })).toThrow("name has a NUL");
  });

  it("has at most a million bytes", () => {
    expect(() => encodeMessage({ name: "a".repeat(MESSAGE_MAX_BYTES) })).toThrow("more than 1,000,000");
    expect(() => encodeMessage({ name: "ä".repeat(MESSAGE_MAX_BYTES / 6) })).toThrow("more than 1,000,000");
    expect(encodeMessage({ name: "a".repeat(MESSAGE_MAX_BYTES - 11) }).byteLength).toBe(MESSAGE_MAX_BYTES);
  });
});

describe("an answer from Afanasy", () => {
  it("is JSON", () => {
    expect(parseAnswer('{"id":7,"serial":42}')).toEqual({ id: 7, serial: 42 });
  });

  it("may have line breaks and other control characters in its strings", () => {
    expect(parseAnswer('{\n"name":"a\nb\tc\u0001d",\n"id":7}')).toEqual({ name: "a b c d", id: 7 });
  });

  it("may have a comma after its last job", () => {
    expect(parseAnswer('{"jobs":[\n{"name":"a,]}"},\n\n]}')).toEqual({ jobs: [{ name: "a,]}" }] });
  });

  it.each(["", "<html>", '{"id":7,', "AFANASY 20 JSON"])("is undefined if it is %j", (text) => {
    expect(parseAnswer(text)).toBeUndefined();
  });
});
