import { describe, expect, it } from "vitest";
import type { Done, Outcome, Reply } from "../../../../contract.ts";
import { compareReplies } from "../../../../scripts/cli/calls/compare-replies.ts";
import { describeReply } from "../../../../scripts/cli/calls/describe-reply.ts";

const done = (rest: Partial<Done> = {}): Reply => ({ kind: "done", severity: "success", title: "Commented", ...rest });
const outcome = (label: string, state: Outcome["state"], reason?: string): Outcome => ({
  id: label,
  label,
  state,
  reason,
});

describe("two replies", () => {
  it("are the same if only ids, times and hosts differ", () => {
    const text = (host: string, id: string, time: string) =>
      `See https://${host}/runs/${id}?at=1 of ${time}, at ${time.slice(11, 16)}, task 0d6e1f9a-3c1b-4f0e-9a55-8b1f6c2d7e0${id[0]}`;
    const one = done({ text: text("edge.studio.tld", "1".repeat(32), "2026-11-29T10:00:00Z") });
    const other = done({ text: text("localhost:8787", "2".repeat(32), "2026-11-30 11:20:00") });
    expect(compareReplies(one, other)).toMatchObject({ isSame: true });
  });

  it("differ in a path, a number, a choice or a reason, each shown on its own line", () => {
    const one = done({
      outcomes: [outcome("SH010", "done"), outcome("SH020", "done"), outcome("SH030", "done")],
      links: [{ label: "Render", url: "https://farm.tld/jobs/a" }],
    });
    const other = done({
      outcomes: [outcome("SH010", "done"), outcome("SH020", "skipped", "In use"), outcome("SH030", "done")],
      links: [{ label: "Render", url: "https://farm.tld/jobs/b" }],
    });
    expect(compareReplies(one, other)).toEqual({
      isSame: false,
      compared: "all",
      lines: [
        "  done, success: Commented",
        "    SH010: done",
        "-   SH020: done",
        "+   SH020: skipped (In use)",
        "    SH030: done",
        "-   link: Render <address>/jobs/a",
        "+   link: Render <address>/jobs/b",
      ],
    });
  });

  it("are compared by which tasks they are about, if one is only a plan", () => {
    const before = done({ outcomes: [outcome("SH020", "skipped", "In use"), outcome("SH010", "failed", "Refused")] });
    const plan = (...outcomes: Outcome[]) => done({ severity: "info", title: "Dry run: Comment on 1 task?", outcomes });
    const same = compareReplies(
      before,
      plan(outcome("SH010", "planned", "wip > wfa"), outcome("SH020", "skipped", "In use")),
    );
    expect(same).toMatchObject({ isSame: true, compared: "plan" });
    const other = compareReplies(before, plan(outcome("SH010", "planned"), outcome("SH020", "planned")));
    expect(other.lines).toEqual(["    SH010: planned", "-   SH020: skipped (In use)", "+   SH020: planned"]);
  });

  it("are compared by the question and its plan, if the person was asked to confirm one", () => {
    const ask: Reply = {
      kind: "ask",
      title: "Comment on 2 tasks?",
      fields: [],
      submit: "OK",
      plan: "1",
      outcomes: [outcome("SH010", "planned", "wip → wfa"), outcome("SH020", "skipped", "In use")],
    };
    const dry = (title: string, reason: string) =>
      done({ title, outcomes: [outcome("SH010", "planned", reason), outcome("SH020", "skipped", "In use")] });
    expect(compareReplies(ask, dry("Dry run: Comment on 2 tasks?", "wip → wfa"))).toMatchObject({
      isSame: true,
      compared: "plan",
    });
    expect(compareReplies(ask, dry("Dry run: Comment on 2 tasks?", "todo → wfa")).isSame).toBe(false);
    expect(compareReplies(ask, dry("Dry run: Comment on 1 task?", "wip → wfa")).isSame).toBe(false);
  });

  it("are not compared if the dry run ended before what the recorded run did", () => {
    const dry = done({ title: "Dry run: Publish" });
    const failed = (code: string): Reply => ({ kind: "failed", code, title: "No" });
    expect(compareReplies(done({ outcomes: [outcome("SH010", "done")] }), dry).compared).toBe("nothing");
    expect(compareReplies(done({ text: "Told everybody" }), dry).compared).toBe("nothing");
    expect(compareReplies(failed("target-unreachable"), dry).compared).toBe("nothing");
    expect(compareReplies(failed("not-allowed"), dry)).toMatchObject({ compared: "all", isSame: false });
  });

  it("are the same if only the sending differs: headers, how long ago, and the numbers of people", () => {
    const debug = (header: string, call: object, ago: string, who: string) =>
      done({
        text: `Assigned to ${who}`,
        tables: [
          { title: "Tasks", columns: ["Field", "Value"], rows: [["updated_at", `2026-11-28 10:00:00 UTC, ${ago}`]] },
          { title: "Request", columns: ["Header", "Value"], rows: [["accept", header]] },
        ],
        effects: [{ kind: "copy", label: "Copy", text: JSON.stringify(call) }],
      });
    const before = debug("*/*", { dialect: "ajax" }, "yesterday", "Person 4 and Person 2, not Person 1");
    const now = (ago: string, who: string, call = {}) =>
      debug("application/json", { dialect: "ajax", isDry: true, ...call }, ago, who);
    const people = "Person 2 and Person 3, not Person 1";
    expect(compareReplies(before, now("2 days ago", people)).lines).toEqual(compareReplies(before, before).lines);
    expect(compareReplies(before, now("2 days ago", "Person 2 and Person 1, not Person 3")).isSame).toBe(false);
    const { lines } = compareReplies(before, now("2 days ago", people, { server: "x" }));
    expect(lines.filter((line) => !line.startsWith(" "))).toEqual([
      '-       "dialect": "ajax"',
      '+       "dialect": "ajax",',
      '+       "server": "x"',
    ]);
  });

  it("are the same if only the host and the token in the address of a program differ", () => {
    const launch = (make: (host: string, token: string) => string, host: string, token: string) =>
      done({ effects: [{ kind: "launch", app: "Player", ways: [{ url: make(host, token.repeat(32)) }] }] });
    const ways: ((host: string, token: string) => string)[] = [
      (host, token) => `mpv://play/${btoa(`${host}/media/${token}/SH010.png`)}`,
      (host, token) => `studio://open?u=${encodeURIComponent(`${host}/t/${token}`)}`,
    ];
    for (const make of ways) {
      const before = launch(make, "https://edge.tld", "ab");
      expect(compareReplies(before, launch(make, "http://localhost:8787", "cd")).isSame).toBe(true);
      expect(
        compareReplies(
          before,
          launch((host, token) => `${make(host, token)}x=`, "https://a.tld", "cd"),
        ).isSame,
      ).toBe(false);
    }
  });

  it("are shown without what could change the terminal or the order of the letters", () => {
    const [first, ...others] = describeReply(done({ title: "\u001b[31mred\u202eder", text: "a\nb\u0007" }));
    expect([first, ...others]).toEqual(["done, success: ·[31mred·der", "  a", "  b·"]);
  });

  it("differ if a dry run fails, or if it asks", () => {
    const failed: Reply = { kind: "failed", code: "not-allowed", title: "Not you" };
    const ask: Reply = {
      kind: "ask",
      title: "Comment",
      fields: [{ name: "text", label: "Text", type: "text" }],
      submit: "OK",
    };
    for (const now of [failed, ask])
      expect(compareReplies(done(), now)).toMatchObject({ isSame: false, compared: "all" });
  });

  it("are compared in a moment, however long they are", () => {
    const rows = (word: string) => Array.from({ length: 5_000 }, (_, at) => outcome(`${word} ${at}`, "done"));
    const { lines } = compareReplies(done({ outcomes: rows("a") }), done({ outcomes: rows("b") }));
    expect(lines).toHaveLength(10_001);
  });
});
