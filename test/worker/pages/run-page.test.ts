import { describe, expect, it, vi } from "vitest";
import { debug } from "../../../worker/actions/debug.ts";
import { replaceRun } from "../../support/worker/replace-run.ts";
import { ADA, AJAX_FIELDS, ajax, ask, form, readAnswer, readFailed, TASK } from "../../support/worker/worker.ts";

const RUN = "0123456789abcdef0123456789abcdef";
const READER = { authorization: "Bearer sesame-open-sesame" };

async function runOnce(): Promise<string> {
  const { run } = await readAnswer(await ask(`/actions/debug?run=${RUN}`, ajax({ ...AJAX_FIELDS, colour: "red" })));
  return new URL(run?.url ?? "").pathname + new URL(run?.url ?? "").search;
}

describe("a run, for anyone who knows its id", () => {
  it("shows its state to any page, by its address or its bare id", async () => {
    for (const path of [await runOnce(), `/runs/${RUN}`]) {
      const response = await ask(path, { headers: { origin: "https://anywhere.tld" } });
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
      expect(response.headers.has("access-control-allow-credentials")).toBe(false);
      expect(await readAnswer(response)).toMatchObject({
        run: { id: RUN },
        reply: { kind: "done", severity: "warning", title: "Debug" },
      });
    }
  });

  it("contains no personal data, as JSON or as a page", async () => {
    replaceRun(debug).mockResolvedValue({
      kind: "done",
      severity: "warning",
      title: "Hello Ada Roy",
      text: "Ada Roy made it",
      outcomes: [
        { id: TASK, label: "SH010 by Ada Roy", state: "done" },
        { id: TASK, label: "SH020", state: "failed", reason: "Ada Roy" },
      ],
      tables: [{ columns: ["Ada Roy"], rows: [] }],
    });
    const path = await runOnce();
    for (const accept of ["application/json", "text/html"]) {
      const text = await (await ask(path, { headers: { accept } })).text();
      expect(text).not.toMatch(/Ada|ada@|SH0/);
      expect(text).not.toContain(ADA);
      expect(text).not.toContain(TASK);
      expect(text).toContain("1 done, 1 failed");
    }
  });

  it.each([
    [
      { kind: "failed" as const, code: "disk-full", title: "x", retry: true },
      { kind: "failed", code: "disk-full", retry: true },
    ],
    [
      { kind: "started" as const, title: "x", progress: { done: 1, total: 3, text: "Ada" } },
      { kind: "started", progress: { done: 1, total: 3 } },
    ],
    [
      { kind: "ask" as const, title: "x", fields: [{ name: "a", label: "Ada", type: "text" }], submit: "Go" },
      { kind: "ask", fields: [] },
    ],
  ])("shows the kind of its reply: %j", async (reply, expected) => {
    replaceRun(debug).mockResolvedValue(reply);
    const response = await ask(await runOnce());
    expect(response.ok, "reading the state does not fail").toBe(true);
    expect((await readAnswer(response)).reply).toMatchObject({ ...expected, title: "Debug" });
  });

  it.each([`/runs/${"f".repeat(32)}`, `/runs/${"f".repeat(32)}?at=1`, "/runs/x", "/runs/..%2f..", "/runs/%00"])(
    "is unknown if it doesn't exist: %s",
    async (path) => {
      const response = await ask(path, { headers: { origin: "https://anywhere.tld" } });
      expect(response.status).toBe(404);
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
      expect((await readFailed(response)).code).toBe("unknown-run");
    },
  );
});

describe("a run, for readers of the log", () => {
  it("suggests running it again from Kitsu only if there is no retry button", async () => {
    const failed = { kind: "failed" as const, code: "disk-full", title: "The disk is full", retry: true };
    const outcomes = [{ id: TASK, label: "SH010", state: "failed" as const }];
    const show = async () => (await ask(await runOnce(), { headers: { ...READER, accept: "text/html" } })).text();
    replaceRun(debug).mockResolvedValue(failed);
    expect(await show()).toContain("To try again, run it from Kitsu");
    replaceRun(debug).mockResolvedValue({ ...failed, outcomes });
    const text = await show();
    expect(text).toContain("The disk is full");
    expect(text).not.toContain("To try again, run it from Kitsu");
  });

  it("starts no program when it is opened", async () => {
    const effects = [{ kind: "launch" as const, app: "RV", ways: [{ url: "https://x.tld/open" }] }];
    replaceRun(debug).mockResolvedValue({ kind: "done", severity: "info", title: "Opening", effects });
    const answer = await (await ask("/actions/debug", form())).text();
    expect(answer).toContain('data-launch="https://x.tld/open"');
    const page = await (await ask(await runOnce(), { headers: { ...READER, accept: "text/html" } })).text();
    expect(page).toContain('href="https://x.tld/open"');
    expect(page).not.toContain("data-launch");
  });

  it("shows its full record as JSON", async () => {
    const record = await (await ask(await runOnce(), { headers: READER })).json();
    expect(record).toMatchObject({
      id: RUN,
      action: "debug",
      status: 200,
      call: { person: { id: ADA }, ignored: [{ name: "colour" }] },
      arrived: { method: "POST", fields: expect.arrayContaining([["colour", "red"]]) },
      reply: { title: "2 tasks received" },
    });
  });

  it("shows its full record as a page, with the cause of a failure", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    replaceRun(debug).mockRejectedValue(new Error("the disk is <b>on fire</b>"));
    const text = await (await ask(await runOnce(), { headers: { ...READER, accept: "text/html" } })).text();
    expect(text).toContain("the disk is &lt;b&gt;on fire&lt;/b&gt;");
    for (const part of [RUN, ADA, TASK, "ada@studio.tld", "Something went wrong", "colour"])
      expect(text).toContain(part);
  });
});
