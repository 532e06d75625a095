import * as v from "valibot";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { message } from "../../../worker/format/message.ts";
import { openAfanasy } from "../../../worker/services/afanasy-client.ts";
import type { AfanasyJob } from "../../../worker/services/afanasy-job.ts";
import { ErrorHosts } from "../../../worker/services/afanasy-tasks.ts";
import { AFANASY_URL, type FakeAfserver, openFakeAfserver } from "../../support/worker/afserver.ts";

let server: FakeAfserver;
beforeEach(() => {
  server = openFakeAfserver();
});

const HANG_MS = 30;
const open = (more: object = {}, signal = new AbortController().signal) =>
  openAfanasy({ url: AFANASY_URL, ...more }, signal, HANG_MS);

const job = (more: Partial<AfanasyJob> = {}): AfanasyJob => ({
  name: "demo SQ01_SH010",
  user_name: "ada",
  host_name: "kitsu-actions",
  blocks: [
    {
      name: "render",
      service: "blender",
      command: 'blender -b "a.blend" -s @#@ -e @#@ -a',
      flags: 1,
      frame_first: 101,
      frame_last: 148,
      frames_per_task: 4,
      frames_inc: 1,
    },
  ],
  ...more,
});

describe("a message to Afanasy", () => {
  it("has its exact length in bytes in a header, and is not sent in chunks", async () => {
    await open().submit(job({ name: "Schloß 🎬" }));
    const [{ body, headers } = { body: "", headers: new Headers() }] = server.requests;
    expect(headers.get("afanasy")).toBe(String(new TextEncoder().encode(body).byteLength));
    expect(headers.get("afanasy")).toBe(String(body.length));
    expect(body).toContain("Schlo\\u00df \\ud83c\\udfac");
    expect(headers.get("transfer-encoding")).toBeNull();
  });

  it("has that header in capitals, because most 3.x servers compare it letter by letter", async () => {
    const fetched = vi.mocked(fetch);
    await open().isAlive();
    expect(Object.keys(fetched.mock.lastCall?.[1]?.headers ?? {})).toContain("AFANASY");
  });

  it("matches the contract's example byte for byte", async () => {
    await open().readWhole([2]);
    expect(server.requests[0]?.body).toBe('{"get":{"type":"jobs","ids":[2],"mode":"full"}}');
    expect(server.requests[0]?.headers.get("afanasy")).toBe("47");
  });

  it("has the relay's token and the service token of Access, if they are set", async () => {
    await open({ token: "sesame", access: { id: "id.access", secret: "hush" } }).isAlive();
    const { headers } = server.requests[0] ?? { headers: new Headers() };
    expect(headers.get("authorization")).toBe("Bearer sesame");
    expect(headers.get("cf-access-client-id")).toBe("id.access");
    expect(headers.get("cf-access-client-secret")).toBe("hush");
    await open().isAlive();
    expect(server.requests[1]?.headers.has("authorization")).toBe(false);
  });

  it("has few headers, because all must be in the first packet", async () => {
    await open().isAlive();
    expect([...(server.requests[0]?.headers.keys() ?? [])].sort()).toEqual(["afanasy", "content-type"]);
  });

  it("is never a job that crashes the server", async () => {
    const bad: unknown[] = [
      { ...job(), blocks: [] },
      { ...job(), user_name: "" },
    ];
    for (const one of bad) {
      // @ts-expect-error: stored data can have what the type does not allow
      await expect(open().submit(one)).rejects.toMatchObject({ code: "farm-refused" });
    }
    expect(server.requests).toEqual([]);
  });

  it("is never larger than the server accepts, and reports it like any other invalid job", async () => {
    const [block] = job().blocks;
    if (block === undefined) throw new Error("The job has a block");
    const large = job({ blocks: [{ ...block, command: "a".repeat(1_000_001) }] });
    await expect(open().submit(large)).rejects.toMatchObject({
      code: "farm-refused",
      message: expect.stringContaining("1,000,000"),
    });
    expect(server.requests).toEqual([]);
  });

  it("acts on one id as the job's own user, never on a mask", async () => {
    await open().submit(job());
    const [one] = await open().readWhole([2]);
    if (one === undefined) throw new Error("The job exists");
    await open().operate(one, "stop");
    expect(server.messages.at(-1)).toEqual({
      action: { user_name: "ada", host_name: "kitsu-actions", type: "jobs", ids: [2], operation: { type: "stop" } },
    });
    await open().annotate(one, "Why");
    expect(server.messages.at(-1)).toEqual({
      action: { user_name: "ada", host_name: "kitsu-actions", type: "jobs", ids: [2], params: { annotation: "Why" } },
    });
  });
});

describe("Afanasy's answer", () => {
  it("has an id and a serial", async () => {
    expect(await open().submit(job())).toEqual({ id: 2, serial: expect.any(Number) });
  });

  it("has zeros for the members that it leaves out", async () => {
    await open().submit(job());
    expect(await open().readByUsers(["ada"])).toMatchObject([
      { st: 4, blocks: [{ tasks_num: 12, p_percentage: 0, p_tasks_error: 0, p_avoid_hosts: 0 }] },
    ]);
  });

  it("can be an error with status 200, which is quoted", async () => {
    server.next.push(Response.json({ info: { kind: "error", text: "Server demo mode." } }));
    await expect(open().submit(job())).rejects.toMatchObject({
      code: "farm-refused",
      message: "Afanasy refused: Server demo mode.",
    });
    server.next.push(Response.json({ id: 0, error: "No user" }));
    await expect(open().submit(job())).rejects.toMatchObject({ message: "Afanasy refused: No user" });
  });

  it("is an empty list for one unknown id, and for several", async () => {
    expect(await open().readWhole([7])).toEqual([]);
    expect(await open().readWhole([7, 8])).toEqual([]);
  });

  it("loses only the job that can't be read", async () => {
    server.next.push(Response.json({ jobs: [{ id: "x" }, { id: 3, serial: 4 }] }));
    expect(await open().readByIds([3, 4])).toMatchObject([{ id: 3 }]);
  });

  it("is not requested for an empty list", async () => {
    expect(await open().readByIds([])).toEqual([]);
    expect(await open().readByUsers([])).toEqual([]);
    expect(server.requests).toEqual([]);
  });
});

describe("Afanasy's answer about tasks", () => {
  const submitBroken = async () => {
    const [block] = job().blocks;
    if (block === undefined) throw new Error("The job has a block");
    await open().submit(job({ name: "broken", blocks: [{ ...block, errors_retries: 0, errors_avoid_host: 1 }] }));
    server.pass(3_000);
  };

  it("has their states as text, because JSON.parse would lose bits", async () => {
    await submitBroken();
    const tasks = await open().readTasks(2);
    expect(tasks.length).toBe(12);
    expect(tasks.slice(0, 3)).toEqual([
      { block: 0, task: 0, states: ["ERR"], errors: 1 },
      { block: 0, task: 1, states: ["ERR"], errors: 1 },
      { block: 0, task: 2, states: ["RDY"], errors: 0 },
    ]);
  });

  it("has the avoided machines, parsed from text for people", async () => {
    await submitBroken();
    expect(await open().readAvoided(2)).toEqual([
      {
        machines: new Set(["node1", "node2"]),
        tasks: new Map([
          [0, new Set()],
          [1, new Set()],
        ]),
      },
    ]);
  });

  it("is parsed quickly even if a line is very long", () => {
    const list = ["Block['render'] error hosts:", ": 1 at ".repeat(150_000)];
    expect(v.parse(ErrorHosts, { message: { list } })).toEqual([{ machines: new Set(), tasks: new Map() }]);
  });

  it("is the output of a program, or empty if the server has none", async () => {
    await submitBroken();
    expect(await open().readOutput(2, 0, 0)).toEqual({
      name: "frame 101-104",
      text: expect.stringMatching(/Cannot read the blend file/),
    });
    expect(await open().readOutput(2, 0, 2)).toEqual({ name: "frame 109-112", text: "" });
    expect(await open().readOutput(2, 0, 99)).toEqual({ name: "", text: "" });
    expect((await open().readTaskLog(2, 0, 0)).text).toMatch(/SESSION #1.*\n.*Finished error\.$/);
  });

  it("is never read beyond the limit", async () => {
    server.next.push(Response.json({ task: { data: "x".repeat(4 * 1_024 * 1_024) } }));
    await expect(open().readOutput(2, 0, 0)).rejects.toMatchObject({
      code: "farm-broken",
      message: "Afanasy sent more than 4 MiB.",
    });
  });
});

describe("no answer", () => {
  it.each([
    ["close", "closed"],
    ["taken-close", "closed"],
    ["hang", "late"],
    ["taken-hang", "late"],
  ] as const)("to a job, by %s, is %s, so the job may exist", async (fate, silence) => {
    server.next.push(fate);
    expect(await open().submit(job())).toEqual({ silence });
  });

  it.each([
    ["an empty body", new Response(""), "closed"],
    ["a tunnel's page", new Response("<h1>502 Bad gateway</h1>", { status: 502 }), "closed"],
    ["half an answer", new Response('{"id":7,"ser'), "unreadable"],
    ["an answer without a serial", Response.json({ id: 7 }), "unreadable"],
    ["the relay's message that the server closed the connection", relayed("closed", 502), "closed"],
    ["the relay's message that the server was late", relayed("late", 504), "late"],
  ])("to a job can also be %s", async (_, response, silence) => {
    server.next.push(response);
    expect(await open().submit(job())).toEqual({ silence });
  });

  it("to a query is a failure that can be retried", async () => {
    server.next.push("close");
    await expect(open().readByIds([1])).rejects.toMatchObject({ code: "farm-unreachable", reply: { retry: true } });
    server.next.push("hang");
    await expect(open().readByIds([1])).rejects.toMatchObject({ code: "farm-unreachable", reply: { retry: true } });
    server.next.push(new Response('{"jobs":[{'));
    await expect(open().readByIds([1])).rejects.toMatchObject({ code: "farm-broken", reply: { retry: true } });
  });

  it("from a relay that could not deliver the job means that nothing was sent", async () => {
    server.next.push(relayed("unreachable", 502));
    await expect(open().submit(job())).rejects.toMatchObject({ code: "farm-unreachable", reply: { retry: true } });
  });

  it("is not confused with the caller's own time limit", async () => {
    const controller = new AbortController();
    server.next.push("hang");
    const answer = openAfanasy({ url: AFANASY_URL }, controller.signal).submit(job());
    controller.abort(new Error("The watch is over"));
    await expect(answer).rejects.toThrow("The watch is over");
  });

  it("distinguishes a live server from a dead one", async () => {
    expect(await open().isAlive()).toBe(true);
    server.isDead = true;
    expect(await open().isAlive()).toBe(false);
  });
});

function relayed(relay: string, status: number): Response {
  return Response.json({ info: { kind: "error", text: "connection refused" }, relay }, { status });
}

describe("a refusal on the way to Afanasy", () => {
  it.each([
    [
      "Access sends to its login",
      new Response(null, { status: 302, headers: { location: "https://team.cloudflareaccess.com" } }),
    ],
    ["Access forbids", new Response("<h1>Forbidden</h1>", { status: 403 })],
    [
      "the relay does not know the token",
      Response.json({ info: { kind: "error", text: "wrong token" } }, { status: 401 }),
    ],
  ])("names the secrets to check: %s", async (_, response) => {
    server.next.push(response);
    const failed = open().submit(job());
    await expect(failed).rejects.toMatchObject({
      code: "farm-refused",
      message: expect.stringContaining("This action server has no access to Afanasy"),
    });
    await expect(failed).rejects.toMatchObject({ reply: { advice: message("afanasy.checkAddress") } });
  });

  it("by the relay quotes its reason", async () => {
    server.next.push(
      Response.json({ info: { kind: "error", text: "the service “maya” is not allowed" } }, { status: 403 }),
    );
    const refused = open().submit(job());
    await expect(refused).rejects.toMatchObject({
      message:
        "The studio's relay to Afanasy does not allow this: the service “maya” is not allowed. Ask your TD to allow it there.",
      reply: { advice: message("afanasy.allowInRelay") },
    });
  });

  it("by a redirect is not followed", async () => {
    server.next.push(Response.redirect("https://elsewhere.tld", 307));
    await expect(open().submit(job())).rejects.toMatchObject({ code: "farm-refused" });
    expect(server.requests.length).toBe(1);
  });
});
