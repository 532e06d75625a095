// What an older version stored is read by this one: the log, and every kind of Durable Object.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as v from "valibot";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { FlamencoSubmission } from "../../../worker/actions/farm/flamenco-farm.ts";
import { readRun } from "../../../worker/actions/farm/render-run.ts";
import { readLongRun } from "../../../worker/run/long-run/long-run-state.ts";
import type { UseEvent } from "../../../worker/storage/use/use-event.ts";
import { toDay } from "../../../worker/storage/use/use-tables.ts";
import {
  EARLIER_STATES,
  type EarlierRecord,
  listObjects,
  listRecords,
  restoreLog,
  restoreObject,
} from "../../support/worker/earlier-states.ts";
import { newRunId } from "../../support/worker/runs.ts";
import { ask, READER } from "../../support/worker/worker.ts";

const Title = v.object({ title: v.unknown() });
const FlamencoData = v.object({ minor: v.number(), render: v.unknown() });

describe.for(EARLIER_STATES)("the state of $version", (state) => {
  const records = listRecords(state);
  const [newest] = records;
  // The time at which it was stored: links and offers to undo expire.
  beforeEach(() => void vi.spyOn(Date, "now").mockReturnValue((newest?.at ?? 0) + 5_000));

  it("is a log whose lines and runs can be read", async () => {
    await restoreLog(state);
    const lines = v.parse(
      v.object({ runs: v.array(Title) }),
      await (await ask("/runs.json", { headers: READER })).json(),
    );
    expect(lines.runs).toHaveLength(records.length);
    for (const { id, at, reply } of records) {
      const page = await ask(`/runs/${id}?at=${at}`, { headers: { ...READER, accept: "text/html" } });
      expect(page.status).toBe(200);
      if (typeof reply.title === "string") expect(await page.text()).toContain(escapeHtml(reply.title));
    }
  });

  it("has runs that can be undone, once", async () => {
    const undoable = listObjects(state, "Conversation", "RunCoordinator").filter(({ keys }) => "undo" in keys);
    expect(undoable.length > 0).toBe(hasObjects(state));
    for (const object of undoable) {
      const coordinator = env.RUN_COORDINATORS.getByName(newRunId());
      await restoreObject(coordinator, object);
      expect((await coordinator.read()).identity).toMatchObject({ action: "playlist", person: expect.any(String) });
      expect(await coordinator.takeUndo()).toMatchObject({ state: "ready", data: expect.stringContaining("Previews") });
      await coordinator.endUndo(true);
      expect(await coordinator.takeUndo()).toEqual({ state: "undone" });
    }
  });

  it("has runs that were submitted, and are not run again", async () => {
    for (const object of listObjects(state, "Conversation", "RunCoordinator")) {
      const coordinator = env.RUN_COORDINATORS.getByName(newRunId());
      await restoreObject(coordinator, object);
      expect((await coordinator.read()).isTaken).toBe("turn" in object.keys);
    }
  });

  it("has runs whose end is known by their id", async () => {
    const known = listObjects(state, "Conversation", "RunCoordinator").filter(
      ({ keys }) => "registered" in keys || "phase" in keys,
    );
    for (const object of known) {
      const coordinator = env.RUN_COORDINATORS.getByName(newRunId());
      await restoreObject(coordinator, object);
      expect(await coordinator.readPhase("")).toMatchObject({ state: "over", action: expect.any(String) });
    }
  });

  it("has tickets that a handler can take", async () => {
    for (const object of listObjects(state, "Loan", "TemporaryLink")) {
      const link = env.TEMPORARY_LINKS.getByName(newRunId());
      await restoreObject(link, object);
      expect(await link.readTicketState()).toEqual({ state: "waiting" });
      expect(await link.takeTicket(null, false)).toMatchObject({
        state: "taken",
        json: expect.stringContaining("verb"),
      });
    }
  });

  it("has locks that hold, and that their run releases", async () => {
    const held = listObjects(state, "Locks").filter(({ tables }) =>
      Object.values(tables).some((rows) => rows.length > 0),
    );
    expect(held.length > 0).toBe(hasObjects(state));
    for (const object of held) {
      const locks = env.LOCKS.getByName(newRunId());
      await restoreObject(locks, object);
      const [{ task, run } = { task: "", run: "" }] = Object.values(object.tables)
        .flat()
        .map(({ task, run }) => ({ task: String(task), run: String(run) }));
      expect(await locks.find("another", [task])).toMatchObject([{ task, run, person: "Ada Roy" }]);
      await locks.release(run);
      expect(await locks.find("another", [task])).toEqual([]);
    }
  });

  it("has counts that go on, and counts no run again", async () => {
    for (const object of listObjects(state, "ActionUse")) {
      const use = env.ACTION_USE.getByName(newRunId());
      await restoreObject(use, object);
      const day = toDay(newest?.at ?? 0);
      const count = async () => {
        const { counts } = await use.read({ from: day, to: day, perDay: false });
        return Object.fromEntries(counts.map(({ action, runs }) => [action, runs]));
      };
      const then = await count();
      expect(then).toMatchObject({ comment: 2, debug: 1, launch: 1, playlist: 1 });
      await use.count((object.tables.seen ?? []).map(({ key }) => makeEvent(String(key), newest?.at)));
      expect(await count()).toEqual(then);
      await use.count([makeEvent("another", newest?.at)]);
      expect(await count()).toEqual({ ...then, debug: 2 });
    }
  });

  it("has long runs that are followed to their end, which reaches the log", async () => {
    for (const object of listObjects(state, "LongRun")) {
      const longRun = env.LONG_RUNS.getByName(newRunId());
      await restoreObject(longRun, object);
      const live = await longRun.peek();
      expect(live?.answer.reply).toMatchObject({ kind: "started" });
      expect(await longRun.read(readKey(live?.answer.run.follow?.url))).toMatchObject({ reply: { kind: "started" } });
      const { id = "", at = 0, action = "" } = live?.record ?? {};
      if (action !== "simulate") continue;
      const done = { kind: "done", severity: "success", title: "Simulated" } as const;
      expect(await longRun.report(action, { id: `${id}-1`, at: Math.floor(Date.now() / 1_000), reply: done })).toBe(
        "taken",
      );
      await vi.waitFor(async () => expect(await readLogged(id, at)).toMatchObject({ reply: done }));
    }
  });

  it("has renders whose jobs are polled and commanded", async () => {
    for (const object of listObjects(state, "LongRun")) {
      const longRun = env.LONG_RUNS.getByName(newRunId());
      await restoreObject(longRun, object);
      await runInDurableObject(longRun, async (_, { storage }) => {
        const run = await readLongRun(storage);
        if (run?.start.record.action !== "flamenco") return;
        expect(run.start.isWatched).toBe(true);
        const { render } = v.parse(FlamencoData, JSON.parse(run.state.data));
        const [shot] = readRun(FlamencoSubmission, render).shots;
        expect(shot).toMatchObject({
          jobKey: expect.stringContaining(run.start.record.id),
          state: "sent",
          attempts: 1,
          job: { id: expect.any(String) },
          status: { state: expect.any(String) },
        });
      });
    }
  });
});

const makeEvent = (key: string, at = 0): UseEvent => ({
  ...{ key, at, kind: "run", action: "debug", tasks: 1, tookMs: 1, isRetry: false },
  ...{ code: null, blame: null, person: null },
});

const hasObjects = ({ objects }: { objects: object }) => Object.keys(objects).length > 0;
const readKey = (url = "") => new URL(url).searchParams.get("key") ?? "";
const escapeHtml = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

async function readLogged(id: string, at: number): Promise<v.InferOutput<typeof EarlierRecord> | undefined> {
  const response = await ask(`/runs/${id}?at=${at}`, { headers: { ...READER, accept: "application/json" } });
  return response.ok ? response.json() : undefined;
}
