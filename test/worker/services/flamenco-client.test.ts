import { beforeEach, describe, expect, it, vi } from "vitest";
import type { FlamencoSubmission } from "../../../worker/actions/farm/flamenco-farm.ts";
import { Failure } from "../../../worker/format/failure.ts";
import { toEnglish } from "../../../worker/format/localize.ts";
import { openFlamenco } from "../../../worker/services/flamenco-client.ts";
import { fetchPicture } from "../../../worker/services/flamenco-picture.ts";
import { type FakeFlamenco, FLAMENCO, openFakeFlamenco } from "../../support/worker/flamenco.ts";
import { checkStays } from "../../support/worker/no-redirect.ts";

const { signal } = new AbortController();
const ORDER: FlamencoSubmission = {
  name: "SQ01_SH010 Lighting",
  type: "simple-blender-render",
  priority: 50,
  submitter_platform: "linux",
  settings: {
    frames: "101-148",
    chunk_size: 5,
    blendfile: "/mnt/prod/sh010.blend",
    render_output_path: "/mnt/r/{timestamp}/######",
    format: "PNG",
  },
  metadata: { project: "Demo" },
};

let fake: FakeFlamenco;
beforeEach(() => {
  fake = openFakeFlamenco();
});

const open = (access?: { id: string; secret: string }) => openFlamenco({ url: FLAMENCO, access }, signal);
async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const thrown = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (thrown instanceof Failure) return thrown;
  throw new Error(`Expected a failure, got ${thrown}`);
}
const textOf = ({ reply: { text = "" } }: Failure) => toEnglish(text);
const adviceOf = ({ reply: { advice = "" } }: Failure) => toEnglish(advice);

describe("Flamenco's manager", () => {
  it("gets the headers for Cloudflare Access, and its refusal names the secrets", async () => {
    fake.access = { id: "me", secret: "sesame" };
    expect(await open(fake.access).version()).toEqual({ major: 3, minor: 9 });
    const failure = await failureOf(open().version());
    expect(failure.code).toBe("farm-refused");
    expect(adviceOf(failure)).toContain("FLAMENCO_ACCESS_SECRET");
  });

  it.each([
    ["a lost connection", new TypeError("reset")],
    [
      "an error page of the tunnel",
      new Response("<html>error 1033", { status: 530, headers: { "content-type": "text/html" } }),
    ],
    [
      "a busy database",
      Response.json({ code: 503, message: "database busy" }, { status: 503, headers: { "retry-after": "1" } }),
    ],
    [
      "a server error after storing it",
      Response.json({ code: 500, message: "error retrieving job from database" }, { status: 500 }),
    ],
    ["a truncated answer", "cut" as const],
  ])("may have accepted a job after %s", async (_, next) => {
    fake.next.push(next);
    expect((await failureOf(open().submit({ ...ORDER }))).reply.retry).toBe(true);
  });

  it.each([
    [
      { settings: { ...ORDER.settings, chunk_size: 0 } },
      "Flamenco refused: invalid chunk size, must be positive number: 0",
    ],
    [{ settings: { ...ORDER.settings, render_output_path: "" } }, "Flamenco refused: no render_output_path setting!"],
    [
      { settings: { ...ORDER.settings, format: "FFMPEG" } },
      'Flamenco refused: This job type only renders images, and not "FFMPEG"',
    ],
    [{ type: "nothing" }, "Flamenco refused: job type unknown"],
  ])("refuses a job for good, and is quoted: %j", async (rest, text) => {
    const failure = await failureOf(open().check({ ...ORDER, ...rest }));
    expect([failure.code, textOf(failure)]).toEqual(["farm-refused", text]);
    expect(failure.reply.retry).toBeUndefined();
  });

  it.each([
    ["no path! at renderOutputPath (simple_blender_render.js:75:9(8))", "no path!"],
    [
      'GoError: invalid range "9-1": empty range at a.blender.org/job_compilers.jsFrameChunker (native)',
      'invalid range "9-1": empty range',
    ],
    ["Look at this (and that)", "Look at this (and that)"],
  ])("is quoted without the additions of its script engine: %s", async (message, text) => {
    fake.next.push(Response.json({ code: 400, message }, { status: 400 }));
    expect(textOf(await failureOf(open().submit({ ...ORDER })))).toBe(`Flamenco refused: ${text}`);
  });

  it.each([
    [{ settings: null }, []],
    [
      { settings: [{ key: "a", type: "int32", propargs: { min: "0", step: 3 } }] },
      [expect.objectContaining({ key: "a" })],
    ],
  ])("may have job types without settings, or with Blender's: %j", async (rest, settings) => {
    vi.spyOn(globalThis, "fetch").mockImplementation(async () =>
      Response.json({ name: "studio", label: "Studio", etag: "e1", ...rest }),
    );
    expect(await open().jobType("studio")).toMatchObject({ name: "studio", settings });
  });

  it("has a time limit for its answers", async () => {
    vi.spyOn(AbortSignal, "timeout").mockReturnValue(AbortSignal.abort(new DOMException("late", "TimeoutError")));
    expect((await failureOf(open().version())).reply).toMatchObject({ code: "farm-unreachable", retry: true });
  });

  it("is distinguished from another program, and from an unsupported Flamenco", async () => {
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => Response.json({ version: "4.0" }));
    expect((await failureOf(open().version())).message).toContain("3.5 to 3.9");
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("Hello"));
    expect((await failureOf(open().version())).code).toBe("farm-broken");
  });
});

/** A body of this size in chunks. Counts the chunks that were read. */
function pour(mib: number) {
  let poured = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (poured >= mib) controller.close();
      else controller.enqueue(new Uint8Array(1_024 * 1_024).fill(0x20));
      poured += 1;
    },
  });
  return { response: new Response(body, { headers: { "content-type": "application/json" } }), poured: () => poured };
}

describe("an answer from Flamenco that is too large", () => {
  const ID = "0c0b0c0b-0000-4000-8000-000000000001";
  it.each([
    ["a job", 1, () => open().job(ID)],
    ["the tasks of a job", 8, () => open().tasks(ID)],
    ["the list of all jobs", 32, () => open().jobs()],
    ["all machines", 1, () => open().machines()],
  ] as const)("is not read to its end, and is reported: %s", async (_, most, ask) => {
    const { response, poured } = pour(200);
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => response);
    const failure = await failureOf(ask());
    expect([failure.code, textOf(failure), failure.reply.retry]).toEqual([
      "farm-broken",
      `Flamenco sent more than ${most} MiB.`,
      true,
    ]);
    expect(poured()).toBeLessThan(most + 4);
  });

  it("is not read at all if it declares its size", async () => {
    const { response, poured } = pour(200);
    response.headers.set("content-length", String(200 * 1_024 * 1_024));
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => response);
    expect((await failureOf(open().jobs())).message).toContain("more than 32 MiB");
    expect(poured()).toBeLessThan(3);
  });

  it("is not decompressed to its end either", async () => {
    const zipped = await new Response(
      pour(200).response.body?.pipeThrough(new CompressionStream("gzip")),
    ).arrayBuffer();
    expect(zipped.byteLength).toBeLessThan(1_024 * 1_024);
    const unpack = () => new Response(new Response(zipped).body?.pipeThrough(new DecompressionStream("gzip")));
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => unpack());
    expect((await failureOf(open().jobs())).message).toContain("more than 32 MiB");
  });

  it("is truncated if it is a log or an error", async () => {
    const { response, poured } = pour(200);
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => response);
    expect((await open().log(ID)).length).toBe(256 * 1_024);
    expect(poured()).toBeLessThan(4);
    const refusal = pour(200);
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(refusal.response.body, { status: 500 }));
    expect((await failureOf(open().job(ID))).code).toBe("farm-unreachable");
    expect(refusal.poured()).toBeLessThan(4);
  });
});

describe("a picture from Flamenco", () => {
  const target = { url: FLAMENCO, access: { id: "me", secret: "sesame" } };
  const address = `${FLAMENCO}/job-files/j1/last-rendered.jpg`;
  const answer = (body: string, type: string, status = 200) =>
    vi.spyOn(globalThis, "fetch").mockImplementation(async (_, init) => {
      checkStays(init);
      return new Response(body, { status, headers: { "content-type": type } });
    });

  it("is passed on, as a picture only", async () => {
    const fetched = answer("jpg", "image/jpeg");
    const response = await fetchPicture(target, address, signal);
    expect([response.headers.get("content-type"), await response.text()]).toEqual(["image/jpeg", "jpg"]);
    expect(new Headers(fetched.mock.calls[0]?.[1]?.headers).get("cf-access-client-secret")).toBe("sesame");
  });

  it.each([["http://Farm.Studio.lan:8080"], ["http://farm.studio.lan:80"], ["https://farm.studio.lan:443/flamenco"]])(
    "is found for each spelling of the manager's address: %s",
    async (url) => {
      answer("jpg", "image/jpeg");
      const written = new URL(`${url}/job-files/j1/last-rendered.jpg`).href;
      expect((await fetchPicture({ ...target, url }, written, signal)).status).toBe(200);
    },
  );

  it("has at most 8 MB, with or without a declared size", async () => {
    const [most, large] = ["a".repeat(8 * 1_024 * 1_024), "a".repeat(8 * 1_024 * 1_024 + 1)];
    answer(most, "image/jpeg");
    expect((await (await fetchPicture(target, address, signal)).text()).length).toBe(most.length);
    answer(large, "image/jpeg");
    expect((await failureOf(fetchPicture(target, address, signal))).code).toBe("loan-over");
    const headers = { "content-type": "image/jpeg", "content-length": String(large.length) };
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(large, { headers }));
    expect((await failureOf(fetchPicture(target, address, signal))).code).toBe("loan-over");
  });

  it.each([["text/html"], ["image/svg+xml"]])("is refused if it is %s", async (type) => {
    answer("<script>", type);
    expect((await failureOf(fetchPicture(target, address, signal))).code).toBe("loan-over");
  });

  it.each([
    [`${FLAMENCO}/api/v3/jobs`],
    ["https://elsewhere.tld/job-files/x.jpg"],
    [`${FLAMENCO}/job-files/../api/v3/jobs`],
  ])("is only fetched from the pictures of jobs, not from %s", async (other) => {
    const fetched = answer("jpg", "image/jpeg");
    expect((await failureOf(fetchPicture(target, other, signal))).code).toBe("loan-over");
    expect(fetched).not.toHaveBeenCalled();
  });
});
