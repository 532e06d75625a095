import * as v from "valibot";
import { describe, expect, it } from "vitest";
import * as wire from "../../../../contract.ts";
import { makeCalendar, readMoment, toIsoDay } from "../../../../worker/actions/statistics/dates.ts";
import { countFrames, measureFootage } from "../../../../worker/actions/statistics/footage.ts";
import { isDueThisWeek, isOverdue, measure } from "../../../../worker/actions/statistics/measure.ts";
import type { Scope } from "../../../../worker/actions/statistics/report-section.ts";
import { makeReport as makeTextReport } from "../../../../worker/actions/statistics/statistics-report.ts";
import {
  byEntity,
  byEpisode,
  bySequence,
  byStatus,
  byTaskType,
  groupTasks,
  UNKNOWN,
} from "../../../../worker/actions/statistics/task-groups.ts";
import { listWeeks } from "../../../../worker/actions/statistics/weeks.ts";
import { localizeAll } from "../../../../worker/format/localize.ts";
import { ENGLISH } from "../../../../worker/format/reader.ts";
import type { SelectedTask } from "../../../../worker/services/selection.ts";
import { makeSelected } from "../../../support/worker/selected.ts";

/** A Wednesday afternoon. */
const NOW = Date.parse("2026-11-25T15:00:00Z");
const UTC = makeCalendar(NOW, ENGLISH);
const SCOPE: Scope = {
  calendar: UTC,
  reader: ENGLISH,
  hoursByDay: 7,
  isForClient: false,
  persons: new Map([["ada", { full_name: "Ada" }]]),
  entityTypes: new Map([["chars", { name: "Characters" }]]),
  withProject: false,
};

const Report = v.object({ summary: v.string(), charts: v.array(wire.Chart), tables: v.array(wire.Table) });
/** As the person gets it. */
const makeReport = (tasks: readonly SelectedTask[], scope: Scope) =>
  v.parse(Report, localizeAll(makeTextReport(tasks, scope), scope.reader));

const tableOf = (report: ReturnType<typeof makeReport>, title: string) =>
  report.tables.find((table) => table.title === title);
const due = (day: string | null, status = "wip") => makeSelected({ status, task: { due_date: day } });

describe("days and weeks", () => {
  it("are in UTC, with or without a time zone", () => {
    expect(readMoment("2026-08-20T09:15:00")).toBe(Date.UTC(2026, 7, 20, 9, 15));
    expect(readMoment("2026-08-20T09:15:00Z")).toBe(Date.UTC(2026, 7, 20, 9, 15));
    expect(readMoment("2026-08-20T09:15:00+02:00")).toBe(Date.UTC(2026, 7, 20, 7, 15));
    expect(readMoment("2026-08-20")).toBe(Date.UTC(2026, 7, 20));
    for (const none of [undefined, "", "soon", "20/08/2026", "2026-99-99T00:00:00"])
      expect(readMoment(none)).toBeUndefined();
  });

  it("begin at midnight and on Mondays, even before 1970", () => {
    const weekOf = (moment: string) => toIsoDay(UTC.weekOf(UTC.dayOf(Date.parse(moment))));
    expect(toIsoDay(UTC.today)).toBe("2026-11-25");
    expect(weekOf("2026-11-25T15:00:00Z")).toBe("2026-11-23");
    expect(weekOf("2026-11-22T23:59:59Z")).toBe("2026-11-16");
    expect(weekOf("1969-12-31T00:00:00Z")).toBe("1969-12-29");
  });
});

describe("deadlines", () => {
  it.each([
    ["2026-11-24T00:00:00", "wip", true, false],
    ["2026-11-25T00:00:00", "wip", false, true],
    ["2026-11-29T00:00:00", "todo", false, true],
    ["2026-11-30T00:00:00", "todo", false, false],
    ["2026-11-24T00:00:00", "done", false, false],
    ["2026-11-25T00:00:00", "done", false, false],
    [null, "wip", false, false],
    ["someday", "wip", false, false],
  ])("of a task due %s with status %s: overdue %s, due this week %s", (day, status, overdue, thisWeek) => {
    expect([isOverdue(due(day, status), UTC), isDueThisWeek(due(day, status), UTC)]).toEqual([overdue, thisWeek]);
  });
});

describe("measures", () => {
  it("count open tasks without an assignee or estimate, and retakes", () => {
    const tasks = [
      makeSelected({ task: { estimation: 60, duration: 30, retake_count: 2, assignees: ["ada"] } }),
      makeSelected({ task: { estimation: 0, duration: 90, retake_count: 0 } }),
      makeSelected({ status: "done", task: { retake_count: 1 } }),
    ];
    expect(measure(tasks, UTC)).toEqual({
      tasks: 3,
      done: 1,
      estimatedMin: 60,
      spentMin: 120,
      overdue: 0,
      dueThisWeek: 0,
      retakes: 3,
      retaken: 2,
      unassigned: 1,
      unestimated: 1,
    });
  });

  it("are all zero without tasks", () => {
    expect(Object.values(measure([], UTC)).every((value) => value === 0)).toBe(true);
  });
});

describe("groups", () => {
  it("are sorted by workflow, or by the numbers in their names", () => {
    const tasks = ["done", "retake", "todo", "wfa", "wip"].map((status) => makeSelected({ status }));
    expect(groupTasks(tasks, byStatus, ENGLISH).map(({ name }) => name)).toEqual([
      "todo",
      "wip",
      "wfa",
      "retake",
      "done",
    ]);
    const sequences = ["SQ10", "SQ2"].map((name) => makeSelected({ parent: { id: name, name, type: "Sequence" } }));
    expect(groupTasks(sequences, bySequence(false), ENGLISH).map(({ name }) => name)).toEqual(["SQ2", "SQ10"]);
  });

  it("keep the same name in two episodes or projects apart", () => {
    const tasks = ["E01", "E02"].map((name) =>
      makeSelected({
        episode: { id: name, name },
        parent: { id: `${name}-1`, name: "SQ01", type: "Sequence" },
        task: { project_id: name },
      }),
    );
    expect(groupTasks(tasks, bySequence(false), ENGLISH).map(({ name }) => name)).toEqual(["E01 / SQ01", "E02 / SQ01"]);
    expect(groupTasks(tasks, byEpisode(true), ENGLISH).map(({ name }) => name)).toEqual([
      "Project E01 / E01",
      "Project E02 / E02",
    ]);
  });

  it("leave out deleted entities, and name the unknown", () => {
    const gone = makeSelected({ entity: null });
    expect(groupTasks([gone], byEntity(false), ENGLISH)).toEqual([]);
    expect(groupTasks([{ ...gone, taskType: undefined, taskStatus: undefined }], byTaskType, ENGLISH)[0]?.name).toEqual(
      UNKNOWN,
    );
  });
});

describe("footage", () => {
  it.each([
    [48, {}, 48],
    [48, { frame_in: 1, frame_out: 10 }, 48],
    [null, { frame_in: "101", frame_out: "148" }, 48],
    [0, { frame_in: 101, frame_out: 101 }, 1],
    [null, { frame_in: "1,001", frame_out: "1,048" }, undefined],
    [null, { frame_in: "0x65", frame_out: "148" }, undefined],
    [null, { frame_in: "1001.0", frame_out: " 1048 " }, 48],
    [null, { frame_in: "", frame_out: "148" }, undefined],
    [null, { frame_in: 10, frame_out: 1 }, undefined],
    [null, { frame_in: "x", frame_out: null }, undefined],
    [null, null, undefined],
  ])("of a shot with %s frames and data %j is %s", (nb_frames, data, frames) => {
    const { entity } = makeSelected({ entity: { nb_frames, data } });
    expect(entity && countFrames(entity)).toBe(frames);
  });

  it("counts each shot once, at its own frame rate, and as done if all its selected tasks are", () => {
    const shot = { id: "shot", nb_frames: 100, data: { fps: "50.000" } };
    const tasks = [
      makeSelected({ entity: shot, status: "done" }),
      makeSelected({ entity: shot, status: "wip" }),
      makeSelected({ entity: { nb_frames: 50 }, status: "done" }),
      makeSelected({ entity: { nb_frames: 10 }, project: { fps: "" } }),
      makeSelected({ entity: { type: "Asset", nb_frames: 7 } }),
      makeSelected(),
      makeSelected({ entity: null }),
    ];
    expect(measureFootage(tasks)).toEqual({
      shots: 4,
      measured: 3,
      frames: 160,
      seconds: 4,
      withoutRate: 1,
      framesDone: 50,
    });
  });
});

describe("weeks", () => {
  const done = (day: string | null, estimation = 60) =>
    makeSelected({ status: "done", task: { done_date: day, estimation } });

  it("have no gaps, and add up", () => {
    const weeks = listWeeks(
      [done("2026-11-03T10:00:00"), done("2026-11-17T00:00:00"), done("2026-11-23T00:00:00"), makeSelected()],
      UTC,
    );
    expect(weeks.map(({ start, done: count, doneSoFar }) => [toIsoDay(start), count, doneSoFar])).toEqual([
      ["2026-11-02", 1, 1],
      ["2026-11-09", 0, 1],
      ["2026-11-16", 1, 2],
      ["2026-11-23", 1, 3],
    ]);
    expect(weeks.at(-1)?.estimatedMinSoFar).toBe(180);
  });

  it("can be computed from any number of tasks", () => {
    const one = done("2026-11-23T00:00:00");
    expect(
      listWeeks(
        Array.from({ length: 200_000 }, () => one),
        UTC,
      ),
    ).toMatchObject([{ done: 200_000 }]);
  });

  it("include tasks without a date, from long ago, or from the future", () => {
    const weeks = listWeeks([done(null), done("1970-01-01T00:00:00"), done("2030-01-01T00:00:00")], UTC);
    expect(weeks).toHaveLength(104);
    expect(weeks[0]).toMatchObject({ done: 0, doneSoFar: 2 });
    expect(weeks.at(-1)).toMatchObject({ done: 1, doneSoFar: 3 });
  });

  it("are empty if no task is done, even if an open task has an old done date", () => {
    expect(listWeeks([makeSelected({ task: { done_date: "2026-11-03T10:00:00" } }), done(null)], UTC)).toEqual([]);
  });
});

describe("a report", () => {
  it("says what it has no data for", () => {
    const { summary } = makeReport([makeSelected({ entity: { type: "Asset" }, task: { assignees: ["ada"] } })], SCOPE);
    expect(summary).toBe(
      "1 task, 0 done (0 %), 0 overdue, 0 due this week, 0 retakes.\n\nIt has the status wip, the task type Animation and the assignee Ada.\n\nNo task is done yet. No task has a due date. No task has an estimate or time spent. No task was retaken.\n\nDays are counted in UTC.",
    );
    expect(makeReport([], SCOPE)).toEqual({ summary: "There are no tasks to count.", charts: [], tables: [] });
  });

  it("doesn't count canceled shots and assets, and says so", () => {
    const { summary } = makeReport([makeSelected(), makeSelected({ entity: { canceled: true } })], SCOPE);
    expect(summary).toContain("1 task, ");
    expect(summary).toContain("1 task of canceled shots or assets is not counted.");
    expect(makeReport([makeSelected({ entity: { canceled: true } })], SCOPE).summary).toContain(
      "There are no tasks to count. 1 task of",
    );
  });

  it("uses the studio's working days, and counts the time of a shared task once", () => {
    const shared = makeSelected({ task: { estimation: 840, duration: 420, assignees: ["ada", "gone"] } });
    const report = makeReport([shared, makeSelected({ type: "Layout" })], SCOPE);
    expect(tableOf(report, "Estimated and spent days")?.rows).toEqual([
      ["Animation", 2, 1, 50],
      ["Layout", 0, 0, null],
    ]);
    expect(tableOf(report, "Tasks by assignee")?.rows).toEqual([
      ["(unknown)", 1, 0, 0, 0, 0, 0],
      ["Ada", 1, 0, 0, 0, 0, 0],
      ["(nobody)", 1, 0, 0, 0, 0, 0],
    ]);
    expect(report.summary).toContain("2 days estimated, 1 spent (50 %).");
    const eight = makeReport([makeSelected({ task: { estimation: 480 } })], { ...SCOPE, hoursByDay: 0 });
    expect(eight.summary).toContain("1 day estimated");
  });

  it("shows clients no times", () => {
    const tasks = [
      makeSelected({ task: { estimation: 4_711, duration: 471, retake_count: 2, due_date: "2026-11-20T00:00:00" } }),
      makeSelected({ status: "done", task: { estimation: 4_711, duration: 471, done_date: "2026-11-20T00:00:00" } }),
    ];
    expect(JSON.stringify(makeReport(tasks, SCOPE))).toMatch(/estimate|spent/i);
    expect(JSON.stringify(makeReport(tasks, { ...SCOPE, isForClient: true }))).not.toMatch(
      /estimat|spent|4711|471|11\.2|22\.4/i,
    );
  });

  it("omits what Zou hides from clients, instead of calling it missing", () => {
    const shot = { entity: { type: "Shot" }, parent: { id: "sq", name: "SQ1", type: "Sequence" } };
    const tasks = [
      makeSelected({ ...shot, task: { assignees: ["ada"], retake_count: 2, due_date: "2026-11-20T00:00:00" } }),
      makeSelected({ ...shot, status: "done", task: { done_date: "2026-11-20T00:00:00" } }),
      makeSelected({ type: "Layout", parent: { id: "sq2", name: "SQ2", type: "Sequence" } }),
    ];
    for (const word of ["Ada", "overdue", "Retakes", "Done per week"])
      expect(JSON.stringify(makeReport(tasks, SCOPE))).toContain(word);
    const report = makeReport(tasks, { ...SCOPE, isForClient: true });
    expect(JSON.stringify(report)).not.toMatch(
      /Ada|assign|overdue|due this week|retake|Retakes|per week|deadline|No task is done/,
    );
    expect(report.summary).toContain("3 tasks, 1 done (33 %).");
    expect(tableOf(report, "Tasks by sequence")?.columns).toEqual(["Sequence", "Tasks", "Done", "Done, %"]);
  });

  it("of a few tasks is short: no charts, no tables with one row, and a sentence for what all have in common", () => {
    const shot = (number: number, rest: object = {}) =>
      makeSelected({
        entity: { id: `sh-${number}`, type: "Shot" },
        parent: { id: "sq", name: "SQ1", type: "Sequence" },
        task: { estimation: 420, duration: 60, retake_count: 1 },
        ...rest,
      });
    const one = makeReport([shot(1)], SCOPE);
    expect(one.charts).toEqual([]);
    expect(one.tables.map(({ title }) => title)).toEqual(["Open tasks without an assignee or estimate"]);
    expect(one.summary).toContain("It has the status wip, the task type Animation, the sequence SQ1 and no assignee.");
    const inEpisode = (number: number, sequence: string) =>
      shot(number, { episode: { id: "e1", name: "E01" }, parent: { id: sequence, name: sequence, type: "Sequence" } });
    expect(makeReport([inEpisode(1, "SQ1"), inEpisode(2, "SQ1")], SCOPE).summary).toContain(
      "All have the status wip, the task type Animation, the sequence E01 / SQ1 and no assignee.",
    );
    expect(makeReport([inEpisode(1, "SQ1"), inEpisode(2, "SQ2")], SCOPE).summary).toContain("the episode E01");
    const few = makeReport([shot(1), shot(2), shot(3, { status: "todo" })], SCOPE);
    expect(few.charts).toEqual([]);
    expect(few.summary).toContain("All have the task type Animation, the sequence SQ1 and no assignee.");
    expect(few.tables.map(({ title }) => title)).toEqual([
      "Tasks by status",
      "Open tasks without an assignee or estimate",
      "Most days spent",
      "Most retaken",
    ]);
  });

  it("of many tasks has no chart with a single bar or point", () => {
    const tasks = Array.from({ length: 20 }, (_, index) =>
      makeSelected({
        status: index % 2 ? "done" : "wip",
        task: { estimation: 60, retake_count: 1, assignees: ["ada"], done_date: "2026-11-24T10:00:00" },
        ...(index === 0 && { parent: { id: "sq", name: "SQ1", type: "Sequence" } }),
      }),
    );
    const { charts, tables, summary } = makeReport(tasks, SCOPE);
    expect(charts.map(({ title }) => title)).toEqual(["Tasks by status"]);
    expect(tables.map(({ title }) => title)).toContain("Tasks by sequence");
    expect(summary).toContain("All have the task type Animation and the assignee Ada.");
  });

  it("has charts and tables without gaps: a value for every label, and a cell for every column", () => {
    const tasks = Array.from({ length: 300 }, (_, index) =>
      makeSelected({
        type: ["Layout", "Animation", "Lighting"][index % 3] ?? "",
        status: ["todo", "wip", "wfa", "retake", "done"][index % 5] ?? "",
        parent: { id: `sq-${index % 7}`, name: `SQ${index % 7}`, type: "Sequence" },
        episode: { id: `e-${index % 2}`, name: `E0${index % 2}` },
        entity: { nb_frames: 24, ...(index % 10 === 0 && { type: "Asset", entity_type_id: "chars" }) },
        task: {
          estimation: 60 * (index % 9),
          duration: 30 * (index % 11),
          retake_count: index % 4,
          assignees: index % 6 ? ["ada"] : [],
          due_date: `2026-11-${10 + (index % 20)}T00:00:00`,
          done_date: `2026-${10 + (index % 2)}-10T10:00:00`,
        },
      }),
    );
    const { charts, tables } = makeReport(tasks, SCOPE);
    expect(tables.map(({ title }) => title)).toEqual([
      "Tasks by status",
      "Task types by status",
      "Done per week",
      "Overdue and due this week (first 100 of 240)",
      "Estimated and spent days",
      "Retakes",
      "Tasks by episode",
      "Tasks by sequence",
      "Tasks by asset type",
      "Tasks by assignee",
      "Open tasks without an assignee or estimate",
      "Footage",
      "Most days spent",
      "Most retaken",
    ]);
    expect(new Set(tables.map(({ title }) => title)).size).toBe(tables.length);
    for (const { title, columns, rows } of tables)
      for (const row of rows) expect(row, title).toHaveLength(columns.length);
    for (const { title, labels, series } of charts)
      for (const { values } of series) expect(values, title).toHaveLength(labels.length);
    const [statuses] = charts;
    expect(statuses?.series.map(({ color }) => color)).toEqual(Array(5).fill("#123456"));
    const sumOf = (rows: readonly (readonly unknown[])[] = [], at = 1) =>
      rows.reduce((total, row) => total + Number(row[at]), 0);
    for (const title of ["Tasks by status", "Tasks by episode", "Tasks by sequence", "Tasks by assignee"])
      expect(sumOf(tableOf({ summary: "", charts, tables }, title)?.rows), title).toBe(300);
    expect(tableOf({ summary: "", charts, tables }, "Footage")?.rows.at(-1)).toEqual([
      "All",
      270,
      0,
      6480,
      259.2,
      60 * 24,
    ]);
  });
});
