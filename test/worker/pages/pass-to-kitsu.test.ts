// The worker's route covers Kitsu's pages: it adds the script to them, and changes nothing else.
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import worker from "../../../worker/main.ts";
import { addScriptTag } from "../../../worker/pages/script-tag.ts";
import { KITSU, makeEnv } from "../../support/worker/worker.ts";

const PAGE = `<!doctype html><html><head><meta charset="utf-8"><title>Kitsu</title>
<script type="module" crossorigin src="/assets/index.js"></script></head><body><div id="app"></div></body></html>`;
const INJECT = { INJECT: "1", BASE_PATH: "/edge" };
const NAVIGATION = { "sec-fetch-dest": "document", "sec-fetch-mode": "navigate", accept: "text/html" };
const TAG = /<script async src="\/edge\/kitsu-actions\.js(\?v=[\d.]+)?"><\/script>/g;
const BYTES = { etag: '"kitsu"', "last-modified": "Mon, 23 Nov 2026 08:00:00 GMT", "accept-ranges": "bytes" };

/** What Kitsu's server gets, and what it answers. */
const received: Request[] = [];
let answer: () => Response;
/** The worker must not run without this: Cloudflare then asks Kitsu itself if it is stopped. */
let passesThrough = 0;

beforeEach(() => {
  received.length = 0;
  passesThrough = 0;
  answer = () => htmlPage();
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    received.push(new Request(input, init));
    return answer();
  });
});

const htmlPage = (body: BodyInit = PAGE, headers: Record<string, string> = {}, status = 200) =>
  new Response(body, { status, headers: { "content-type": "text/html; charset=utf-8", ...BYTES, ...headers } });

async function open(path = "/my-tasks", init: RequestInit = {}, variables: object = {}, origin = KITSU) {
  const ctx = createExecutionContext();
  const pass = ctx.passThroughOnException.bind(ctx);
  ctx.passThroughOnException = () => {
    passesThrough += 1;
    pass();
  };
  const request = new Request<unknown, IncomingRequestCfProperties>(
    new Request(origin + path, { headers: NAVIGATION, redirect: "manual", ...init }).clone(),
  );
  const response = await worker.fetch(request, makeEnv({ ...INJECT, ...variables }), ctx);
  return { response, end: () => waitOnExecutionContext(ctx) };
}

async function read(...[path, init, variables]: Parameters<typeof open>) {
  const { response, end } = await open(path, init, variables);
  const text = await response.text();
  await end();
  return { response, text };
}

const withoutTag = (text: string) => text.replaceAll(TAG, "");
const countTags = (text: string) => text.match(TAG)?.length ?? 0;

describe("a page of Kitsu", () => {
  it("gets the tag once, before its own scripts, and nothing else changes", async () => {
    const { response, text } = await read();
    expect(response.status).toBe(200);
    expect(countTags(text)).toBe(1);
    expect(withoutTag(text)).toBe(PAGE);
    expect(text.search(TAG)).toBeLessThan(text.indexOf("/assets/index.js"));
    expect(received.map(({ url, method }) => [method, url])).toEqual([["GET", `${KITSU}/my-tasks`]]);
    expect(passesThrough).toBe(1);
  });

  it("names the script's version, so that browsers store it, once that is known", async () => {
    const variables = makeEnv(INJECT);
    const ctx = createExecutionContext();
    const get = () =>
      worker.fetch(
        new Request<unknown, IncomingRequestCfProperties>(`${KITSU}/`, { headers: NAVIGATION }),
        variables,
        ctx,
      );
    await (await get()).text();
    await waitOnExecutionContext(ctx);
    const text = await (await get()).text();
    const [src = ""] = /\/edge\/kitsu-actions\.js\?v=[\d.]+/.exec(text) ?? [];
    const script = await worker.fetch(new Request<unknown, IncomingRequestCfProperties>(KITSU + src), variables, ctx);
    expect(script.headers.get("cache-control")).toContain("immutable");
  });

  it("has no header that describes other bytes, keeps the others, and is not asked for conditionally", async () => {
    answer = () =>
      htmlPage(PAGE, { "content-length": String(PAGE.length), "content-md5": "x", "x-frame-options": "SAMEORIGIN" });
    const { response } = await read("/", {
      headers: {
        ...NAVIGATION,
        "if-none-match": '"kitsu"',
        "if-modified-since": BYTES["last-modified"],
        cookie: "a=b",
      },
    });
    for (const name of [...Object.keys(BYTES), "content-length", "content-md5"])
      expect(response.headers.get(name), name).toBe(null);
    expect(response.headers.get("x-frame-options")).toBe("SAMEORIGIN");
    const [sent] = received;
    expect(sent?.headers.get("if-none-match")).toBe(null);
    expect(sent?.headers.get("if-modified-since")).toBe(null);
    expect(sent?.headers.get("cookie")).toBe("a=b");
    expect(sent?.redirect).toBe("manual");
  });

  it("keeps each of its cookies and its security policy", async () => {
    const csp = "script-src 'self' 'nonce-c3R1ZGlv'";
    answer = () => {
      const response = htmlPage(PAGE, { "content-security-policy": csp });
      response.headers.append("set-cookie", "a=1; Path=/");
      response.headers.append("set-cookie", "b=2; Path=/");
      return response;
    };
    const { response } = await read();
    expect(response.headers.getSetCookie()).toEqual(["a=1; Path=/", "b=2; Path=/"]);
    expect(response.headers.get("content-security-policy")).toBe(csp);
  });

  it.each([
    ["c3R1ZGlvCg==", ' nonce="c3R1ZGlvCg=="'],
    ['x" onload="alert(1)', ""],
  ])("gives the tag the nonce of its first script: %s", async (nonce, expected) => {
    answer = () => htmlPage(`<head><script nonce='${nonce}'>1</script></head>`);
    const { text } = await read();
    expect(text).toMatch(
      new RegExp(`^<head><script async src="/edge/kitsu-actions\\.js[^"]*"${expected}></script><script nonce`),
    );
  });

  it("streams: its beginning arrives before its end is sent", async () => {
    const { readable, writable } = new TransformStream<Uint8Array>();
    const writer = writable.getWriter();
    answer = () => htmlPage(readable);
    const { response } = await open();
    const write = (text: string) => writer.write(new TextEncoder().encode(text));
    const writing = write(PAGE.slice(0, -20));
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (countTags(text) === 0) text += (await reader?.read())?.value ?? "";
    await writing;
    const ending = write(PAGE.slice(-20)).then(() => writer.close());
    for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) text += next.value;
    await ending;
    expect(withoutTag(text)).toBe(PAGE);
  });

  it.each(["gzip", "br", "zstd, br;q=0.9, gzip", "zstd", undefined])(
    "is asked for in a coding that can be rewritten, if the browser accepts %s",
    async (accepted) => {
      await read("/", { headers: { ...NAVIGATION, ...(accepted && { "accept-encoding": accepted }) } });
      const asked = received[0]?.headers.get("accept-encoding");
      expect(asked).toBe(
        { gzip: "gzip", br: "br", zstd: "identity" }[accepted ?? ""] ?? (accepted ? "gzip, br" : "identity"),
      );
    },
  );

  it("gets the tag without Sec-Fetch-Dest, too, which browsers send only over https", async () => {
    expect(countTags((await read("/", { headers: { accept: "text/html,*/*" } })).text)).toBe(1);
  });
});

describe("a page that must stay as it is", () => {
  const expectUnchanged = async (body: string, ...given: Parameters<typeof read>) => {
    const { response, text } = await read(...given);
    expect(text).toBe(body);
    return response;
  };

  it.each([
    [
      "has the tag already",
      PAGE.replace("<script", '<script src="https://edge.tld/kitsu-actions.js?v=1"></script><script'),
    ],
    ["has no script and no <head>", "<!doctype html><title>Down</title><p>Kitsu is being updated."],
    ["is empty", ""],
  ])("%s", async (_, body) => {
    answer = () => htmlPage(body);
    await expectUnchanged(body);
  });

  it("has no <head>, but a script, which gets the tag before it", async () => {
    answer = () => htmlPage("<!doctype html><title>Kitsu</title><script src=app.js></script>");
    const { text } = await read();
    expect(countTags(text)).toBe(1);
    expect(withoutTag(text)).toBe("<!doctype html><title>Kitsu</title><script src=app.js></script>");
  });

  it.each<[string, Record<string, string>, number]>([
    ["must not be transformed", { "cache-control": "public, no-transform" }, 200],
    ["is not HTML", { "content-type": "application/json" }, 200],
    ["is an error", {}, 404],
    ["is a part", { "content-range": "bytes 0-1/2" }, 206],
  ])("%s", async (_, headers, status) => {
    answer = () => htmlPage(PAGE, headers, status);
    const response = await expectUnchanged(PAGE);
    expect(response.status).toBe(status);
    expect(response.headers.get("etag")).toBe(BYTES.etag);
  });

  it("is in a coding that the runtime doesn't decode", async () => {
    const headers = { "content-encoding": "zstd", "content-type": "text/html" };
    answer = () => new Response(PAGE, { headers, encodeBody: "manual" });
    const { response } = await open();
    expect(response.headers.get("content-encoding")).toBe("zstd");
    expect(response).toBe(await vi.mocked(fetch).mock.results[0]?.value);
  });

  it.each<[string, string, RequestInit]>([
    ["HEAD", "/", { method: "HEAD" }],
    ["a form", "/", { method: "POST", body: "x=1" }],
    ["a part", "/", { headers: { ...NAVIGATION, range: "bytes=0-1" } }],
    ["a frame", "/", { headers: { ...NAVIGATION, "sec-fetch-dest": "iframe" } }],
    ["a request by a script", "/", { headers: { accept: "*/*", "if-none-match": '"kitsu"' } }],
    ["an API's page", "/api/plugins/x/frontend/", {}],
    ["an asset", "/assets/frame.html", {}],
    ["a socket", "/socket.io/", { headers: { upgrade: "websocket" } }],
  ])("answers %s: nothing is touched", async (_, path, init) => {
    const { response, end } = await open(path, init);
    await end();
    expect(response).toBe(await vi.mocked(fetch).mock.results[0]?.value);
    const [sent] = received;
    expect(sent?.method).toBe(init.method ?? "GET");
    if (init.headers) expect([...(sent?.headers ?? [])]).toEqual([...new Headers(init.headers)]);
  });

  it("is a redirect or unchanged since, as Kitsu's server says", async () => {
    for (const status of [302, 304]) {
      answer = () => new Response(null, { status, headers: { location: "/login", ...BYTES } });
      const { response } = await read();
      expect([response.status, response.headers.get("etag")]).toEqual([status, BYTES.etag]);
    }
  });
});

describe("if something of ours fails, Kitsu's page is served as it is:", () => {
  const expectKitsu = async (variables: object) => {
    const { response, text } = await read("/", {}, variables);
    expect([response.status, text, response.headers.get("etag")]).toEqual([200, PAGE, BYTES.etag]);
  };

  it.each([
    { KITSU_URL: "" },
    { KITSU_URL: "kitsu" },
    { INJECT: "yes" },
    { INJECT: true },
    { BASE_PATH: "" },
    { BASE_PATH: "edge?" },
    { LOG_TOKEN: "short" },
    { KITSU_URL: "http://kitsu.studio.tld" },
  ])("invalid settings %j", async (variables) => {
    vi.spyOn(console, "error").mockReturnValue();
    await expectKitsu(variables);
  });

  it("KV that can't be read, or hangs", async () => {
    const reading = vi.spyOn(env.RUNS, "get").mockRejectedValue(new Error("KV GET failed"));
    const { text } = await read();
    expect(withoutTag(text)).toBe(PAGE);
    const { promise, resolve } = Promise.withResolvers<null>();
    reading.mockReturnValue(promise as never);
    const { response, end } = await open("/", {}, { LOG_RETENTION_DAYS: "8" });
    expect(await response.text()).toContain('src="/edge/kitsu-actions.js"');
    resolve(null);
    await end();
  });

  it("an encoding that can't be parsed", async () => {
    answer = () => htmlPage(PAGE, { "content-type": "text/html; charset=utf-16" });
    expect((await read()).text).toBe(PAGE);
  });

  it.each([
    ["ambiguous markup", `<p>start</p><select><xmp><script>"x"</script></xmp></select>`],
    ["ambiguous markup after the tag", `${PAGE}<select><xmp><script>"x"</script></xmp></select>`],
    ["a tag too large for its memory", `<p>start</p><script data-x="${"x".repeat(4_000_000)}"></script><p>end</p>`],
  ])("the rewriter gives up at %s", async (_, body) => {
    for (const size of [1, 7, 65_536]) {
      if (body.length > 10_000 && size < 65_536) continue;
      const bytes = new TextEncoder().encode(body);
      let at = 0;
      const pieces = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (at >= bytes.length) return controller.close();
          controller.enqueue(bytes.slice(at, at + size));
          at += size;
        },
      });
      const text = await new Response(addScriptTag(pieces, "text/html", "/edge/kitsu-actions.js")).text();
      expect(withoutTag(text) === body, `${size} bytes each`).toBe(true);
    }
  });

  it("Kitsu's server that breaks off: so does the page, and it isn't complete by mistake", async () => {
    answer = () => {
      let isFirst = true;
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (!isFirst) return controller.error(new Error("cut"));
          isFirst = false;
          controller.enqueue(new TextEncoder().encode(PAGE.slice(0, 200)));
        },
      });
      return htmlPage(body);
    };
    const { response, end } = await open();
    await expect(response.text()).rejects.toThrow();
    await end();
  });
});

describe("the worker itself", () => {
  it("answers below its own path, and on every other host", async () => {
    for (const [path, origin] of [
      ["/edge", KITSU],
      ["/edge/", KITSU],
      ["/edge/ping", KITSU],
      ["/edge/ping", "https://kitsu-actions.studio.workers.dev"],
      ["/elsewhere", "https://kitsu-actions.studio.workers.dev"],
    ] as const) {
      const { end } = await open(path, {}, {}, origin);
      await end();
    }
    expect(received).toEqual([]);
  });

  it("passes on what only begins like its path", async () => {
    expect(countTags((await read("/edgeways")).text)).toBe(1);
  });

  it.each([{ INJECT: "" }, { INJECT: "0" }, { INJECT: undefined }])("passes on nothing if %j", async (variables) => {
    expect((await open("/my-tasks", {}, variables)).response.status).toBe(404);
    expect(received).toEqual([]);
  });

  it("says that INJECT needs a path, where it can", async () => {
    const { response, end } = await open("/actions", { headers: {} }, { BASE_PATH: "" }, "https://edge.studio.tld");
    expect(await response.text()).toContain("BASE_PATH");
    await end();
  });
});
