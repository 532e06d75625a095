import { describe, expect, it } from "vitest";
import { Failure } from "../../../worker/format/failure.ts";
import { toEnglish } from "../../../worker/format/localize.ts";
import { readFields } from "../../../worker/request/body.ts";
import { BODY_MAX_BYTES } from "../../../worker/request/size-limits.ts";
import { AJAX_FIELDS, FORM_FIELDS } from "../../support/worker/worker.ts";

const post = (body: BodyInit, type?: string) =>
  new Request("https://edge.studio.tld/actions/debug", {
    method: "POST",
    body,
    ...(type !== undefined && { headers: { "content-type": type } }),
  });

async function failureOf(request: Request) {
  const thrown = await readFields(request).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(thrown instanceof Failure)) throw new Error(`Expected a Failure, got ${String(thrown)}`);
  return thrown;
}

describe("the fields of a body", () => {
  it.each([["application/json"], ["application/json; charset=utf-8"], ["Application/JSON;charset=UTF8"]])(
    "are read from %s",
    async (type) => {
      expect(await readFields(post(JSON.stringify(AJAX_FIELDS), type))).toEqual(Object.entries(AJAX_FIELDS));
    },
  );

  it("are read from a form, urlencoded or multipart", async () => {
    expect(await readFields(post(new URLSearchParams(FORM_FIELDS)))).toEqual(Object.entries(FORM_FIELDS));
    const data = new FormData();
    for (const [name, value] of Object.entries(FORM_FIELDS)) data.append(name, value);
    expect(await readFields(post(data))).toEqual(Object.entries(FORM_FIELDS));
  });

  it("keep characters of every language", async () => {
    expect(await readFields(post('{"name":"Zoé 日本 🦊"}', "application/json"))).toEqual([["name", "Zoé 日本 🦊"]]);
  });

  it("may be absent", async () => {
    expect(await readFields(post("", "application/x-www-form-urlencoded"))).toEqual([]);
    expect(await readFields(post("{}", "application/json"))).toEqual([]);
  });

  it("describe a file without its content", async () => {
    const data = new FormData();
    data.append("still", new File(["1234"], "still.exr"));
    expect(await readFields(post(data))).toEqual([["still", "a file, 4 bytes"]]);
  });
});

describe("a body that can't be read", () => {
  it.each([
    ["truncated JSON", '{"selection": ["0d6e'],
    ["an array", "[1, 2]"],
    ["a number", "42"],
    ["null", "null"],
    ["a text", '"selection"'],
    ["nothing", ""],
  ])("is rejected if it is %s", async (_, body) => {
    const failure = await failureOf(post(body, "application/json"));
    expect(failure.status).toBe(400);
    expect(failure.reply).toMatchObject({ code: "invalid-call", field: "body" });
  });

  it("is rejected if its bytes are not UTF-8", async () => {
    expect((await failureOf(post(new Uint8Array([0x7b, 0xff, 0x7d]), "application/json"))).message).toContain("UTF-8");
  });

  it("is rejected if it is multipart without a boundary", async () => {
    expect((await failureOf(post("--x\r\n", "multipart/form-data"))).reply.code).toBe("invalid-call");
  });

  it.each([["text/plain"], ["application/xml"], ["application/jsonp"]])(
    "is rejected if its type is %s",
    async (type) => {
      const failure = await failureOf(post("{}", type));
      expect(failure.status).toBe(415);
      expect(failure.message).toContain(type);
    },
  );

  it("is rejected without a content type", async () => {
    expect((await failureOf(post(new Uint8Array([1])))).code).toBe("unsupported-media-type");
  });

  it.each([["application/json; charset=utf-16"], ['application/x-www-form-urlencoded; charset="iso-8859-1"']])(
    "is rejected in another charset: %s",
    async (type) => {
      const failure = await failureOf(post("{}", type));
      expect(failure.status).toBe(415);
      expect(toEnglish(failure.reply.advice ?? "")).toContain("UTF-8");
    },
  );
});

describe("a body that is too large", () => {
  it("is rejected unread by its Content-Length", async () => {
    const request = post("x".repeat(3 * 1_024 * 1_024), "application/json");
    request.headers.set("content-length", String(3 * 1_024 * 1_024));
    const failure = await failureOf(request);
    expect(failure.status).toBe(413);
    expect(failure.reply.code).toBe("body-too-large");
  });

  it("is rejected while it streams in, without holding more than the limit", async () => {
    const chunk = new Uint8Array(64 * 1_024);
    let sent = 0;
    let isCanceled = false;
    const endless = new ReadableStream({
      pull(controller) {
        sent += chunk.byteLength;
        controller.enqueue(chunk);
      },
      cancel() {
        isCanceled = true;
      },
    });
    expect((await failureOf(post(endless, "application/json"))).code).toBe("body-too-large");
    expect(sent).toBeLessThan(BODY_MAX_BYTES + 4 * chunk.byteLength);
    expect(isCanceled).toBe(true);
  });

  it("may be as large as the limit", async () => {
    const body = JSON.stringify({ a: "x".repeat(BODY_MAX_BYTES - 8) });
    expect(body.length).toBe(BODY_MAX_BYTES);
    expect(await readFields(post(body, "application/json"))).toHaveLength(1);
  });
});
