// Erasing a person from the log, and exporting what it has about them.
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { readSettings } from "../../../worker/settings/settings.ts";
import { getRunCoordinator } from "../../../worker/storage/run-coordinator.ts";
import { keyOf } from "../../../worker/storage/run-key.ts";
import { parseRecord, recordRun } from "../../../worker/storage/run-log.ts";
import type { RunRecord } from "../../../worker/storage/run-record.ts";
import { deliverRecord } from "../../../worker/storage/use/deliver-record.ts";
import { atOf, idOf, makeManyRuns, personOf } from "../../support/worker/many-runs.ts";
import { DONE, encodeDraft, makeRecord, newRunId } from "../../support/worker/runs.ts";
import {
  ADA,
  AJAX_FIELDS,
  ajax,
  ask,
  EDGE,
  EVE_AJAX,
  KITSU,
  makeEnv,
  PROJECT,
  READER,
  readFailed,
  readLog,
  TASK,
} from "../../support/worker/worker.ts";

const settings = readSettings(makeEnv());
const EMAIL = AJAX_FIELDS.useremail;
const NAME = "Ada Roy";

type Part = { erased: number; running: number; ids: string[]; searched: number; cursor?: string };

const send = (fields: Record<string, string>, headers: Record<string, string> = {}, variables = {}) =>
  ask(
    "/runs/person/erase",
    {
      method: "POST",
      headers: { ...READER, origin: EDGE, accept: "application/json", ...headers },
      body: new URLSearchParams(fields),
    },
    variables,
  );
const erase = async (person: string, cursor = "", variables = {}): Promise<Part> => {
  const response = await send({ person, cursor }, {}, variables);
  expect(response.status).toBe(200);
  return response.json<Part>();
};

/** A record that names Ada wherever a record can. */
const makeAdasRecord = (rest: Partial<RunRecord> = {}) =>
  makeRecord({
    id: newRunId(),
    at: Date.now(),
    person: { trust: "session", id: ADA, name: NAME, role: "artist" },
    call: {
      dialect: "ajax",
      person: { id: ADA, email: EMAIL },
      project: PROJECT,
      selection: [TASK],
      path: `/people/${ADA}`,
      params: { for: NAME },
      input: { note: `from ${NAME}` },
      ignored: [{ name: "who", value: EMAIL, reason: "unknown" }],
    },
    selected: { projects: ["Paper Lantern"], tasks: [{ id: TASK, label: "SH010", path: "/x" }] },
    arrived: {
      method: "POST",
      path: `/actions/debug?for=${ADA}`,
      headers: [["user-agent", NAME]],
      fields: [["x", EMAIL]],
    },
    reply: {
      kind: "done",
      severity: "warning",
      title: `Sent to ${NAME}`,
      text: EMAIL,
      outcomes: [{ id: TASK, label: "SH010", state: "failed", reason: `${NAME} may not` }],
      tables: [{ columns: ["who"], rows: [[NAME]] }],
    },
    undone: { at: 5, person: NAME, reply: { kind: "done", severity: "success", title: NAME } },
    cause: `Error: ${EMAIL}`,
    follow: "abc",
    ...rest,
  });
const save = async (...records: RunRecord[]) => {
  for (const record of records) await recordRun(makeEnv(), settings, record);
};
/** All that KV has, as text. */
const readAll = async () => {
  const { keys } = await env.RUNS.list();
  return JSON.stringify([keys, await readLog()]);
};

describe("erasing a person", () => {
  it("leaves which action ran, when, on which tasks, and how it ended", async () => {
    const record = makeAdasRecord();
    await save(record);
    expect(await erase(ADA)).toMatchObject({ erased: 1, running: 0, searched: 1 });
    const stored = await readAll();
    for (const personal of [ADA, EMAIL, NAME, "artist", "from"]) expect(stored).not.toContain(personal);
    const { runs } = await (await ask("/runs.json", { headers: READER })).json<{ runs: object[] }>();
    expect(runs).toMatchObject([
      {
        id: record.id,
        action: "debug",
        state: "undone",
        tasks: 1,
        project: PROJECT,
        projects: "Paper Lantern",
        erased: true,
      },
    ]);
    expect(parseRecord((await readLog())[0])).toMatchObject({
      at: record.at,
      call: { selection: [TASK] },
      status: 200,
    });
    const page = await (await ask("/runs", { headers: { ...READER, accept: "text/html" } })).text();
    expect(page).toContain("<td>erased</td>");
    expect(page).toContain("Erased with the person&#39;s data");
    const own = await ask(`/runs/${record.id}?at=${record.at}`, { headers: { ...READER, accept: "text/html" } });
    expect(own.status).toBe(200);
  });

  it("finds calls without an id by the e-mail address, whatever its case", async () => {
    await save(
      makeAdasRecord({
        person: undefined,
        call: { ...EMPTY_CALL, person: { email: "Ada@Studio.tld" } },
        undone: undefined,
      }),
    );
    expect(await erase(ADA)).toMatchObject({ erased: 0 });
    expect(await erase("ADA@studio.tld")).toMatchObject({ erased: 1 });
    expect((await readAll()).toLowerCase()).not.toContain("ada@");
  });

  it("leaves everybody else", async () => {
    await save(makeAdasRecord({ at: 1_000 }));
    await ask("/actions/debug", ajax({ ...AJAX_FIELDS, ...EVE_AJAX }));
    const before = (await readLog())[0];
    await erase(ADA);
    expect((await readLog())[0]).toEqual(before);
  });

  it("also erases her as the last user of an action", async () => {
    const record = makeAdasRecord();
    await deliverRecord(makeEnv(), settings, record);
    const readUse = async () => (await ask("/use.json", { headers: READER })).text();
    expect(await readUse()).toContain(NAME);
    await erase(ADA);
    expect(await readUse()).not.toContain(NAME);
  });

  it("also erases her there if a run of hers is counted meanwhile", async () => {
    const { RUNS } = env;
    const list: typeof RUNS.list = async (options) => {
      await deliverRecord(makeEnv(), settings, makeAdasRecord());
      return RUNS.list(options);
    };
    const variables = { RUNS: { list, get: RUNS.get.bind(RUNS), put: RUNS.put.bind(RUNS) } };
    await erase(ADA, "", variables);
    expect(await (await ask("/use.json", { headers: READER })).text()).not.toContain(NAME);
  });

  it("changes nothing the second time", async () => {
    await save(makeAdasRecord(), makeAdasRecord());
    await erase(ADA);
    const before = await readAll();
    const puts = vi.spyOn(env.RUNS, "put");
    expect(await erase(ADA)).toMatchObject({ erased: 0, running: 0 });
    expect(puts).not.toHaveBeenCalled();
    expect(await readAll()).toBe(before);
  });

  it("does not prolong how long the log keeps a run", async () => {
    await recordRun(makeEnv(), { ...settings, logRetentionS: 7 * 86_400 }, makeAdasRecord());
    const [before] = (await env.RUNS.list()).keys;
    expect(await erase(ADA)).toMatchObject({ erased: 1 });
    expect((await env.RUNS.list()).keys[0]?.expiration).toBe(before?.expiration);
  });

  it.each([JSON.stringify({ name: NAME }), `{"name":"${NAME}`])(
    "deletes an entry that can't be read: %s",
    async (value) => {
      const [key, at] = [newRunId(), Date.now()];
      await save(makeAdasRecord({ id: key, at }));
      const { metadata } = (await env.RUNS.list()).keys[0] ?? {};
      await env.RUNS.put(keyOf(at, key), value, { metadata });
      expect(await erase(ADA)).toMatchObject({ erased: 1 });
      expect((await env.RUNS.list()).keys).toEqual([]);
    },
  );

  it("also erases her name where she undid or canceled a run of somebody else", async () => {
    const undone = { at: 5, person: NAME, reply: { kind: "done", severity: "success", title: "Undone" } } as const;
    const eves = makeRecord({ id: newRunId(), at: 2_000, person: { trust: "session", name: "Eve" }, undone });
    const undo = makeAdasRecord({ call: { ...EMPTY_CALL, person: { id: ADA }, changeOf: { id: eves.id, at: 2_000 } } });
    await save(eves, undo);
    expect(await erase(ADA)).toMatchObject({ erased: 1 });
    expect(await readAll()).not.toContain(NAME);
    expect(await env.RUNS.get(keyOf(2_000, eves.id), "json")).toMatchObject({
      person: { name: "Eve" },
      undone: { at: 5, person: "" },
    });
  });

  it("erases her name from what KV has refused so far of a run that she undid", async () => {
    const eves = makeRecord({ id: newRunId(), at: Date.now(), person: { trust: "session", name: "Eve" } });
    const changeOf = { id: eves.id, at: eves.at };
    await save(eves, makeAdasRecord({ call: { ...EMPTY_CALL, person: { id: ADA }, changeOf } }));
    const coordinator = getRunCoordinator(makeEnv(), eves.id);
    const identity = { at: eves.at, action: "debug", person: "eve" };
    await coordinator.offerUndo(identity, { data: "kept", until: Date.now() + 60_000 });
    await coordinator.addPendingRecord("a-request", { ...eves, undone: { at: 5, person: NAME, reply: DONE } });
    expect(await erase(ADA)).toMatchObject({ erased: 1 });
    expect(JSON.parse((await coordinator.readPendingRecord()) ?? "")).toMatchObject({
      person: { name: "Eve" },
      undone: { at: 5, person: "" },
    });
    // Whatever else is Eve's stays.
    expect((await coordinator.read()).identity).toEqual(identity);
    expect(await coordinator.takeUndo()).toEqual({ state: "ready", data: "kept" });
  });

  it("reaches the records that KV has refused so far, so that they don't bring her back", async () => {
    const record = makeAdasRecord();
    await save(record);
    const coordinator = getRunCoordinator(makeEnv(), record.id);
    await coordinator.open({ identity: { at: record.at, action: "debug", person: ADA } });
    await coordinator.offerUndo(
      { at: record.at, action: "debug", person: ADA },
      { data: NAME, until: Date.now() + 60_000 },
    );
    await coordinator.addPendingRecord("a-request", record);
    await erase(ADA);
    expect(await coordinator.readPendingRecord()).not.toContain(NAME);
    expect((await coordinator.read()).identity).toEqual({ at: record.at, action: "debug" });
    expect(await coordinator.takeUndo()).toEqual({ state: "lost" });
    vi.spyOn(Date, "now").mockReturnValue(Date.now() + 120_000);
    await runDurableObjectAlarm(coordinator);
    vi.restoreAllMocks();
    expect(await coordinator.readPendingRecord()).toBeUndefined();
    expect(await readAll()).not.toContain(NAME);
  });

  it("leaves a run whose request has not ended, and says so", async () => {
    const record = makeAdasRecord();
    await save(record);
    const request = { token: newRunId(), attempt: "", at: record.at, action: "debug", until: Date.now() + 60_000 };
    await getRunCoordinator(makeEnv(), record.id).startRequest(request, encodeDraft({ id: record.id }));
    expect(await erase(ADA)).toMatchObject({ erased: 0, running: 1 });
    await getRunCoordinator(makeEnv(), record.id).endRequest(request.token);
    expect(await erase(ADA)).toMatchObject({ erased: 1, running: 0 });
  });

  it("works in parts, each of which costs less than 50 operations", async () => {
    const kv = makeManyRuns((index) => (index % 2_500 === 0 ? { person: ADA, email: EMAIL } : {}));
    for (let index = 0; index < 100_000; index += 2_500)
      kv.change(keyOf(atOf(index), idOf(index)), JSON.stringify(makeAdasRecord({ id: idOf(index), at: atOf(index) })));
    const costs: string[] = [];
    let [cursor, erased]: [string | undefined, number] = [undefined, 0];
    do {
      const part: Part = await erase(ADA, cursor, { RUNS: kv });
      erased += part.erased;
      cursor = part.cursor;
      costs.push(kv.takeCounts());
    } while (cursor !== undefined);
    expect(erased).toBe(40);
    expect(costs).toHaveLength(100);
    expect([...new Set(costs)].sort()).toEqual(["1 list", "1 list, 1 get, 1 put"]);
    const again = await erase(personOf(1), undefined, { RUNS: kv });
    expect(again).toMatchObject({ erased: 5, searched: expect.any(Number) });
    expect(kv.takeCounts()).toBe("1 list, 5 get, 5 delete");
  });

  it("costs less than 50 operations, too, if all of the runs changed runs of other people", async () => {
    const undone = { at: 5, person: NAME, reply: DONE };
    for (let index = 0; index < 6; index += 1) {
      const changed = makeRecord({ id: newRunId(), at: Date.now(), reply: { kind: "started", title: "" }, undone });
      const changeOf = { id: changed.id, at: changed.at };
      await save(changed, makeAdasRecord({ call: { ...EMPTY_CALL, person: { id: ADA }, changeOf } }));
    }
    let operations = 0;
    const count = (target: object): object =>
      new Proxy(target, {
        get: (_, key) => {
          const value: unknown = Reflect.get(target, key, target);
          if (typeof value !== "function") return value;
          return (...args: unknown[]) => {
            operations += 1;
            return Reflect.apply(value, target, args);
          };
        },
      });
    const { RUNS, RUN_COORDINATORS, LONG_RUNS, ACTION_USE } = makeEnv();
    const variables = Object.entries({ RUNS, RUN_COORDINATORS, LONG_RUNS, ACTION_USE }).flatMap(([name, binding]) =>
      binding === undefined ? [] : [[name, count(binding)] as const],
    );
    expect(await erase(ADA, "", Object.fromEntries(variables))).toMatchObject({ erased: 5 });
    expect(operations).toBe(42);
    expect(await erase(ADA)).toMatchObject({ erased: 1 });
    expect(await readAll()).not.toContain(NAME);
  });

  it("erases no other person who had the same address, and says who did", async () => {
    const others = "5f0c3a7e-91d4-4c1b-8e6a-000000000002";
    const call = { ...EMPTY_CALL, person: { email: EMAIL } };
    const old = makeAdasRecord({ call, person: { trust: "unchecked", name: EMAIL }, undone: undefined });
    const news = makeAdasRecord({ person: { trust: "session", id: others, name: "Ada the Second" } });
    await save(old, news, makeAdasRecord());
    const part = await erase(EMAIL);
    expect(part).toMatchObject({ erased: 1, ids: expect.arrayContaining([others, ADA]) });
    expect(await readAll()).toContain("Ada the Second");
    const page = await (await send({ person: EMAIL, ids: `${others},<script>` }, { accept: "text/html" })).text();
    expect(page).toContain("This address also has runs with an id.");
    expect(page).toContain(`<a href="/runs/person?person=${others}">${others}</a>`);
    expect(page).not.toContain("&lt;script&gt;</a>");
  });

  it("finds an address that is too long for a summary", async () => {
    const email = `${"a".repeat(180)}@studio.tld`;
    const call = { ...EMPTY_CALL, person: { email } };
    const reply = { ...DONE, title: "長".repeat(400) };
    await save(
      makeAdasRecord({ call, reply, person: { trust: "unchecked", name: "名".repeat(80) }, undone: undefined }),
    );
    expect((await env.RUNS.list<{ email: string }>()).keys[0]?.metadata?.email).toHaveLength(100);
    expect(await erase(`${"a".repeat(99)}b@studio.tld`)).toMatchObject({ erased: 0 });
    expect(await erase(email)).toMatchObject({ erased: 1 });
    expect(await readAll()).not.toContain("a".repeat(20));
  });

  it("can be interrupted anywhere, and repeated", async () => {
    const eves = makeRecord({ id: newRunId(), at: 2_000, undone: { at: 5, person: NAME, reply: DONE } });
    const undo = makeAdasRecord({ call: { ...EMPTY_CALL, person: { id: ADA }, changeOf: { id: eves.id, at: 2_000 } } });
    await save(eves, undo);
    for (let allowed = 0; ; allowed += 1) {
      let operations = 0;
      const attempt =
        (name: "list" | "get" | "put") =>
        (...args: never[]) => {
          operations += 1;
          if (operations > allowed) return Promise.reject(new Error("KV is down"));
          return Reflect.apply(env.RUNS[name], env.RUNS, args);
        };
      const RUNS = { list: attempt("list"), get: attempt("get"), put: attempt("put") };
      const { status } = await send({ person: ADA }, {}, { RUNS });
      if (status === 200) break;
      expect(status).toBe(503);
      // As long as the answer is a failure, the run is found again.
      expect((await env.RUNS.list<{ person: string }>()).keys.some(({ metadata }) => metadata?.person === ADA)).toBe(
        true,
      );
    }
    expect(await readAll()).not.toContain(NAME);
  });

  it("does not say in the console whose data it was", async () => {
    const log = vi.spyOn(console, "log").mockReturnValue();
    await save(makeAdasRecord());
    await erase(ADA);
    const lines = JSON.stringify(log.mock.calls);
    expect(lines).toContain("A person's data was erased");
    for (const personal of [ADA, EMAIL, NAME]) expect(lines).not.toContain(personal);
  });

  it.each([
    ["another page", { origin: KITSU }, "origin-not-allowed"],
    ["a page that hides its origin", { origin: "null" }, "origin-not-allowed"],
    ["somebody without the log's token", { authorization: "Bearer wrong" }, "sign-in-required"],
  ])("is refused to %s", async (_, headers, code) => {
    await save(makeAdasRecord());
    const response = await send({ person: ADA }, headers);
    expect(await readFailed(response)).toMatchObject({ code });
    expect(await readAll()).toContain(NAME);
  });

  it.each(["", "ada", NAME, "x".repeat(300)])("needs an id or an e-mail address, not %j", async (person) => {
    expect(await readFailed(await send({ person }))).toMatchObject({
      code: "invalid-filter",
      field: "person",
      text: expect.stringContaining("not a name."),
    });
  });

  it("is a page that continues by itself, and adds up", async () => {
    await save(...Array.from({ length: 8 }, (_, index) => makeAdasRecord({ at: 10_000 + index })));
    const headers = { accept: "text/html" };
    const first = await (await send({ person: ADA }, headers)).text();
    expect(first).toContain("Runs erased: 5.");
    expect(first).toContain("data-continue");
    const fields = Object.fromEntries(
      [...first.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, name = "", value = ""]) => [
        name,
        value,
      ]),
    );
    const second = await (await send(fields, headers)).text();
    expect(second).toContain("Runs erased: 8.");
    expect(second).not.toContain("data-continue");
  });
});

const EMPTY_CALL = { dialect: "ajax", selection: [], params: {}, ignored: [] };

describe("exporting a person", () => {
  type Export = { person: string; runs: { id: string; call: object }[]; complete: boolean; next?: string };
  const download = async (path: string, variables = {}) =>
    (await ask(path, { headers: READER }, variables)).json<Export>();

  it("has the complete records of their runs, and of nobody else's", async () => {
    const record = makeAdasRecord();
    await save(record);
    await ask("/actions/debug", ajax({ ...AJAX_FIELDS, ...EVE_AJAX }));
    const { runs, ...rest } = await download(`/runs/person.json?person=${ADA.toUpperCase()}`);
    expect(rest).toEqual({ person: ADA, complete: true });
    expect(runs).toMatchObject([{ id: record.id, person: { name: NAME }, call: { input: { note: `from ${NAME}` } } }]);
  });

  it("says where it continues, if KV refuses in the middle", async () => {
    await save(...Array.from({ length: 12 }, (_, index) => makeAdasRecord({ at: 10_000 + index })));
    let gets = 0;
    const get = (...args: [string, "json"]) => {
      gets += 1;
      return gets > 7 ? Promise.reject(new Error("Too many subrequests")) : env.RUNS.get(...args);
    };
    const RUNS = { list: (options: KVNamespaceListOptions) => env.RUNS.list(options), get };
    const first = await download(`/runs/person.json?person=${ADA}`, { RUNS });
    expect([first.runs.length, first.complete]).toEqual([5, false]);
    const rest = await download(first.next ?? "");
    expect([rest.runs.length, rest.complete]).toEqual([7, true]);
    expect(new Set([...first.runs, ...rest.runs].map(({ id }) => id)).size).toBe(12);
  });

  it("is never complete without what KV has refused", async () => {
    await save(makeAdasRecord());
    const get = () => Promise.reject(new Error("KV is down"));
    const RUNS = { list: (options: KVNamespaceListOptions) => env.RUNS.list(options), get };
    const refused = await download(`/runs/person.json?person=${ADA}`, { RUNS });
    expect([refused.runs.length, refused.complete]).toEqual([0, false]);
    const rest = await download(refused.next ?? "");
    expect([rest.runs.length, rest.complete]).toEqual([1, true]);
  });

  it("reads at most 700 records, wherever they are, and a part of one list with a limit", async () => {
    const kv = makeManyRuns((index) => (index % 1_000 < 600 ? { person: ADA } : {}), 3_000);
    for (let index = 0; index < 3_000; index += 1)
      kv.change(keyOf(atOf(index), idOf(index)), JSON.stringify(makeRecord({ id: idOf(index), at: atOf(index) })));
    const first = await download(`/runs/person.json?person=${ADA}`, { RUNS: kv });
    expect([first.runs.length, first.complete, kv.takeCounts()]).toEqual([700, false, "2 list, 700 get"]);
    const sizes: number[] = [];
    for (let next: string | undefined = `/runs/person.json?person=${ADA}&limit=400`; next !== undefined; ) {
      const part: Export = await download(next, { RUNS: kv });
      sizes.push(part.runs.length);
      expect(kv.takeCounts()).toBe(part.runs.length === 0 ? "1 list" : `1 list, ${part.runs.length} get`);
      next = part.next;
    }
    expect(sizes).toEqual([400, 200, 400, 200, 400, 200]);
  });

  it("has nobody's runs with an id, if it is asked for an address, but says whose there are", async () => {
    const call = { ...EMPTY_CALL, person: { email: EMAIL.toUpperCase() } };
    const old = makeAdasRecord({ call, person: undefined });
    await save(old, makeAdasRecord());
    const { runs, ...rest } = await download(`/runs/person.json?person=${EMAIL}`);
    expect(runs.map(({ id }) => id)).toEqual([old.id]);
    expect(rest).toEqual({ person: EMAIL, complete: true, ids: [ADA] });
  });

  it("is empty for somebody who ran nothing", async () => {
    expect(await download("/runs/person.json?person=nobody@studio.tld")).toEqual({
      person: "nobody@studio.tld",
      runs: [],
      complete: true,
    });
  });

  it("is only for those who may read the log", async () => {
    const response = await ask(`/runs/person.json?person=${ADA}`);
    expect(await readFailed(response)).toMatchObject({ code: "sign-in-required" });
    const page = await ask(`/runs/person?person=${ADA}`, { headers: { accept: "text/html" } });
    expect(page.status).toBe(401);
    // An address of one run may be read by any page. These look like one.
    for (const { headers } of [response, page]) expect(headers.has("access-control-allow-origin")).toBe(false);
  });
});
