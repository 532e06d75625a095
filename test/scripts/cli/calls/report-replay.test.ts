import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Fixture, Reply } from "../../../../contract.ts";

// Imported by URL, because workerd's types and Node's conflict.
const path = new URL("../../../../scripts/cli/calls/report-replay.ts", import.meta.url).href;
type Answered = { fixture: Fixture; reply: Reply };
type Report = (recorded: Answered, replayed: Answered, place: { others: boolean; worker: string }) => number;
const { reportReplay }: { reportReplay: Report } = await import(path);

let printed: string[];
beforeEach(() => {
  printed = [];
  vi.spyOn(console, "log").mockImplementation((line) => void printed.push(String(line)));
});

const answered = (worker: string, kitsu: string, rows: (string | number)[][] = []): Answered => ({
  fixture: {
    fixture: 1,
    action: "debug",
    recorded: { run: "1".repeat(32), at: "2026-11-29T10:00:00Z", from: worker },
    request: { method: "POST", query: [], headers: {}, fields: [["originserver", kitsu]] },
    person: {},
    tasks: [],
  },
  reply: {
    kind: "done",
    severity: "info",
    title: `Sent from ${kitsu}`,
    tables: [{ columns: ["a"], rows }],
    links: [{ label: "Open", url: `${worker}/actions/debug` }],
  },
});

describe("the difference of two replies", () => {
  const here = answered("https://kitsu.tld/edge", "kitsu.tld");

  it("is not the address of the worker, which may have a path, or the host of Kitsu", () => {
    const there = answered("http://localhost:8787", "localhost:8788");
    expect(reportReplay(here, there, { others: false, worker: "http://localhost:8787" })).toBe(0);
    expect(printed).toEqual(["The replies are the same."]);
  });

  it("comes with how to say who calls, if the person was refused", () => {
    const refused: Reply = { kind: "failed", code: "person-not-accepted", title: "We can't tell who you are" };
    expect(reportReplay(here, { ...here, reply: refused }, { others: false, worker: "https://kitsu.tld/edge" })).toBe(
      1,
    );
    expect(printed.join("\n")).toContain("--as, with the id of the person");
  });

  it("is shown with the lines next to it, and without the others", () => {
    const rows = (changed: number) => Array.from({ length: 100 }, (_, at) => [at === 50 ? changed : at]);
    const [one, other] = [7, 8].map((changed) => answered("https://kitsu.tld/edge", "kitsu.tld", rows(changed)));
    const code = reportReplay(one ?? here, other ?? here, { others: false, worker: "https://kitsu.tld/edge" });
    expect(code).toBe(1);
    const lines = printed.join("\n").split("\n").slice(3);
    expect(lines).toEqual([
      "  …",
      "      47",
      "      48",
      "      49",
      "-     7",
      "+     8",
      "      51",
      "      52",
      "      53",
      "  …",
    ]);
  });

  it("shows what a dry run would do, because only the tasks are compared", () => {
    const done = (title: string, reason?: string): Answered => ({
      ...here,
      reply: {
        kind: "done",
        severity: "success",
        title,
        outcomes: [{ id: "t1", label: "SH0010", state: reason === undefined ? "done" : "planned", reason }],
      },
    });
    const code = reportReplay(done("Rendered SH0010"), done("Dry run: Submit 1 shot?", "10 frames, to /mnt/other"), {
      others: false,
      worker: "http://localhost:8787",
    });
    expect(code).toBe(0);
    expect(printed.join("\n")).toMatch(/SH0010: .*10 frames, to \/mnt\/other.*\n\nOnly .*\nThe tasks are the same\.$/s);
  });
});
