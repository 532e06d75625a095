// No small request is expensive: whatever a caller decides the size of is counted before it is
// parsed.
import { describe, expect, it } from "vitest";
import { INPUT_FIELDS_MAX, INPUT_VALUES_MAX, parseResponse } from "../../../contract.ts";
import { Failure } from "../../../worker/format/failure.ts";
import { ENGLISH } from "../../../worker/format/reader.ts";
import { localizeReply } from "../../../worker/format/reply.ts";
import { readFields } from "../../../worker/request/body.ts";
import { readFormAnswer } from "../../../worker/request/form-answer.ts";
import { takeSnapshot } from "../../../worker/request/request-snapshot.ts";
import { BODY_MAX_BYTES, DEPTH_MAX, SNAPSHOT_FIELDS_MAX, VALUES_MAX } from "../../../worker/request/size-limits.ts";
import { ajax, ask, KITSU, readFailed } from "../../support/worker/worker.ts";

const FORM = "application/x-www-form-urlencoded";
const post = (body: string, type: string) =>
  new Request("https://edge.studio.tld/actions/debug", { method: "POST", body, headers: { "content-type": type } });

async function failureOf(body: string, type: string): Promise<Failure> {
  const thrown = await readFields(post(body, type)).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(thrown instanceof Failure)) throw new Error(`Expected a Failure, got ${String(thrown)}`);
  return thrown;
}

/** A body of the maximum size that repeats one thing. */
const full = (unit: string) => unit.repeat(Math.floor(BODY_MAX_BYTES / unit.length));
const head = full("x: y\r\n").slice(0, -200);
const multipart = (count: number) =>
  `${Array.from({ length: count }, () => '--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n\r\n').join("")}--b--\r\n`;

describe("a body with too much in it", () => {
  it.each([
    ["fields of a form", full("a=&"), FORM],
    ["empty fields", full("&"), FORM],
    ["answers to a form", full("input.a=&"), FORM],
    ["members", `{${full('"a":1,').slice(0, -4)}}`, "application/json"],
    ["entries of a list", `{"selection":[${full("0,").slice(0, -20)}0]}`, "application/json"],
    ["parts", multipart(VALUES_MAX + 2), "multipart/form-data; boundary=b"],
    ["lines in the head of one part", `--b\r\n${head}${multipart(1).slice(5)}`, "multipart/form-data; boundary=b"],
  ])("is rejected: %s", async (_, body, type) => {
    const failure = await failureOf(body, type);
    expect(failure.status).toBe(413);
    expect(localizeReply(failure.reply, ENGLISH)).toMatchObject({
      code: "invalid-call",
      text: expect.stringContaining("more than 8,000 fields or values"),
    });
  });

  it.each([
    ['multipart/form-data; x="; boundary=c"; boundary=b'],
    ['multipart/form-data; boundary="\\b"'],
    ["multipart/form-data"],
  ])("is rejected if its parts can't be counted because its boundary is ambiguous: %s", async (type) => {
    expect((await failureOf(multipart(VALUES_MAX + 2), type)).message).toContain("has no boundary");
  });

  it.each([["["], ['{"a":']])("is rejected if it is nested too deeply: %s", async (unit) => {
    const failure = await failureOf(`{"a":${unit.repeat(100_000)}`, "application/json");
    expect(failure.message).toContain(`more than ${DEPTH_MAX} levels deep`);
  });

  it("may have any number of brackets and commas in its texts", async () => {
    const text = `${"[{,:".repeat(20_000)}\\"`;
    expect(await readFields(post(JSON.stringify({ note: text }), "application/json"))).toEqual([["note", text]]);
    expect(await failureOf('{"a":"', "application/json")).toMatchObject({ code: "invalid-call" });
  });

  it("has room for the most tasks in every dialect", async () => {
    const ids = Array.from({ length: 5_000 }, () => crypto.randomUUID());
    expect(await readFields(post(JSON.stringify({ selection: ids, userid: "a" }), "application/json"))).toHaveLength(2);
    expect(await readFields(post(ids.map((id) => `selection=${id}`).join("&"), FORM))).toHaveLength(5_000);
  });

  it("is rejected in the caller's dialect, and Kitsu can read why", async () => {
    const response = await ask(
      "/actions/debug",
      ajax(full("a=&"), { "content-type": FORM, accept: "application/json" }),
    );
    expect(response.status).toBe(413);
    expect(response.headers.get("access-control-allow-origin")).toBe(KITSU);
    expect((await readFailed(response)).advice).toContain("fewer tasks");
  });
});

describe("the answer to a form", () => {
  it("is read in one pass, with limited fields and values", () => {
    const field = (name: string, count: number) => Array.from({ length: count }, () => [`input.${name}`, "a"] as const);
    expect(readFormAnswer(field("a", INPUT_VALUES_MAX)).answer.input).toHaveProperty("a.length", INPUT_VALUES_MAX);
    expect(() => readFormAnswer(field("a", INPUT_VALUES_MAX + 1))).toThrow("more than 5,000 values");
    const many = Array.from({ length: INPUT_FIELDS_MAX + 1 }, (_, index) => [`input.${index}`, "a"] as const);
    expect(() => readFormAnswer(many)).toThrow("more than 200 fields");
  });
});

describe("a request's snapshot", () => {
  it("has the first fields, and the number of the others", () => {
    const fields = Array.from({ length: 7_000 }, (_, index) => [`field${index}`, "x".repeat(1_000)] as const);
    const { fields: listed } = takeSnapshot(post("", FORM), new URL("https://edge.studio.tld/"), fields);
    expect(listed.length).toBeLessThanOrEqual(SNAPSHOT_FIELDS_MAX + 1);
    expect(JSON.stringify(listed).length).toBeLessThan(300_000);
    expect(listed.at(-1)).toEqual(["…", expect.stringMatching(/^\d,\d{3} more fields$/)]);
  });
});

describe("a request's snapshot of a long list", () => {
  it("has its beginning, and the number of its entries", () => {
    const fields = [["selection", Array.from({ length: 5_000 }, () => crypto.randomUUID())]] as const;
    const [[, listed] = []] = takeSnapshot(post("", FORM), new URL("https://edge.studio.tld/"), fields).fields;
    expect(listed).toMatch(/^\["[0-9a-f]{8}-/);
    expect(listed).toMatch(/… \(5,000 in all\)$/);
    expect(listed?.length).toBeLessThan(2_100);
  });
});

describe("a page from a studio's server", () => {
  it("has its title read in one pass, whatever its markup", () => {
    const page = (body: string) => parseResponse(200, "text/html", body);
    expect(page("<html><TITLE lang=en>\n Report of the day </title>")).toMatchObject({
      kind: "html",
      title: "Report of the day",
    });
    expect(page("<p>None</p>")).toMatchObject({ title: "" });
    expect(page("<title")).toMatchObject({ title: "" });
    expect(page("<title".repeat(170_000))).toMatchObject({ kind: "html", title: "" });
    expect(page(`<title>${"a".repeat(1_000_000)}`)).toMatchObject({ title: "a".repeat(300) });
  });
});
