import { describe, expect, it } from "vitest";
import { ENGLISH } from "../../../worker/format/reader.ts";
import { renderChart } from "../../../worker/pages/chart.ts";
import { html } from "../../../worker/pages/html.ts";
import { renderReply } from "../../../worker/pages/reply-view.ts";

const KINDS = ["bars", "stack", "line", "columns"] as const;
const draw = (chart: Partial<Parameters<typeof renderChart>[0]>) =>
  html`${renderChart({ title: "Tasks", kind: "bars", labels: ["A", "B"], series: [{ name: "Done", values: [1, 2] }], ...chart }, "chart-1")}`.write(
    ENGLISH,
  );
const count = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].length;

describe("a chart", () => {
  it.each(KINDS)("of kind %s is one image with a title and its numbers as text", (kind) => {
    const drawn = draw({ kind, unit: "tasks" });
    expect(drawn).toContain('role="img" aria-labelledby="chart-1-title" aria-describedby="chart-1-about"');
    expect(drawn).toContain(
      '<title id="chart-1-title">Tasks</title><desc id="chart-1-about">A: 1 tasks. B: 2 tasks.</desc>',
    );
    expect(drawn).toContain('tabindex="0"');
    expect(drawn).not.toContain("NaN");
  });

  it.each(KINDS)("of kind %s escapes names, and has no inline styles", (kind) => {
    const evil = `<script>alert("x")</script> & 'more' 🦊 שוט`;
    const drawn = draw({
      kind,
      title: evil,
      unit: evil,
      labels: [evil, "B"],
      series: [
        { name: evil, values: [1, 2] },
        { name: "x", values: [1, 1] },
      ],
    });
    expect(drawn).not.toMatch(/<script|style=|"x"/);
    expect(drawn).toContain("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;more&#39; 🦊 שוט");
  });

  it.each(KINDS)("of kind %s accepts only valid colors", (kind) => {
    const painted = (color: string) => draw({ kind, series: [{ name: "Done", color, values: [1, 2] }] });
    for (const color of ["#22d160", "#ABC", "#22d16080", "#abcd"])
      expect(painted(color), color).toContain(`="${color}"`);
    for (const color of [
      "red",
      "#12",
      "#12345",
      "#1234567",
      "url(https://evil.tld)",
      '#fff" onload="x',
      "#fff;x",
      "",
    ]) {
      const drawn = painted(color);
      expect(drawn, color).toContain("tone-0");
      expect(drawn, color).not.toMatch(/ (fill|stroke)="|onload|evil/);
    }
  });

  it.each(KINDS)("of kind %s handles no values, one value, zeros and invalid numbers", (kind) => {
    const nothing = "No data yet.";
    expect(draw({ kind, labels: [], series: [] })).toContain(nothing);
    expect(draw({ kind, series: [] })).toContain(nothing);
    expect(draw({ kind, series: [{ name: "x", values: [null, Number.NaN] }] })).toContain(nothing);
    for (const values of [[0, 0], [Number.NaN, 5], [Infinity, 5], [-3, 5], [5], [5, 6, 7, 8], [0.001, 1e15]]) {
      const drawn = draw({ kind, series: [{ name: "x", values }] });
      expect(drawn, values.join()).toContain("<svg");
      expect(drawn, values.join()).not.toMatch(/NaN|Infinity|undefined|width="-/);
    }
    expect(draw({ kind, labels: ["A"], series: [{ name: "x", values: [7] }] })).toContain("A: 7");
  });

  it.each(KINDS)("of kind %s has no fractional ticks for whole numbers", (kind) => {
    const ticksOf = (values: number[]) =>
      [...draw({ kind, series: [{ name: "x", values }] }).matchAll(/class="tick(?: level)?"[^>]*>([\d.]+)</g)].map(
        ([, tick]) => tick,
      );
    expect(ticksOf([1, 0])).toEqual(["0", "1"]);
    expect(ticksOf([2, 1])).toEqual(["0", "1", "2"]);
    expect(ticksOf([1, 0.4])).toContain("0.2");
  });

  it("leaves a gap in a line if a value is missing", () => {
    const drawn = draw({
      kind: "line",
      labels: ["1", "2", "3", "4", "5"],
      series: [{ name: "x", values: [1, 2, null, 2, 1] }],
    });
    expect(count(drawn, /<circle/g)).toBe(4);
    expect(count(/ d="([^"]*)"/.exec(drawn)?.[1] ?? "", /M/g)).toBe(2);
  });

  it("stacks columns, so that equal values are both visible", () => {
    const series = ["Done", "Failed"].map((name) => ({ name, values: [3, 0] }));
    const drawn = draw({ kind: "columns", series });
    const columns = [...drawn.matchAll(/y="([\d.]+)" width="[\d.]+" height="([\d.]+)"><title>A, (\w+)/g)].map(
      ([, top, height, name]) => ({ name, top: Number(top), height: Number(height) }),
    );
    const [done, failed] = columns;
    expect(columns.map(({ name }) => name)).toEqual(["Done", "Failed"]);
    expect(failed?.height).toBe(done?.height);
    expect((failed?.top ?? 0) + (failed?.height ?? 0)).toBeCloseTo(done?.top ?? 0, 0);
  });

  it("has a legend for several series, unless the labels already name them", () => {
    expect(draw({ kind: "stack" })).not.toContain("legend");
    expect(
      count(
        draw({
          kind: "stack",
          series: [
            { name: "x", values: [1] },
            { name: "y", values: [2] },
          ],
        }),
        /<li>/g,
      ),
    ).toBe(2);
    expect(
      draw({
        kind: "stack",
        series: [
          { name: "A", values: [1, 0] },
          { name: "B", values: [0, 2] },
        ],
      }),
    ).not.toContain("legend");
  });

  it.each(KINDS)("of kind %s draws 60 series", (kind) => {
    const series = Array.from({ length: 80 }, (_, index) => ({ name: `S${index}`, values: [index + 1, 1] }));
    const drawn = draw({ kind, series });
    expect(count(drawn, /<li>/g)).toBe(60);
    expect(drawn).not.toContain("NaN");
  });

  it.each(KINDS)("of kind %s writes numbers as the reader does", (kind) => {
    const chart = {
      title: "Days",
      kind,
      unit: "days",
      labels: ["A"],
      series: [{ name: "x", values: [1_234.56] }],
    };
    const drawn = html`${renderChart(chart, "chart-1")}`.write({ ...ENGLISH, locale: "de" });
    expect(drawn).toContain("<title>A: 1.234,6 days</title>");
    expect(drawn).toMatch(/class="tick( level)?"[^>]*>1\.000</);
  });

  it("draws a limited number of bars, and says how many more there are", () => {
    const labels = Array.from({ length: 500 }, (_, index) => `SQ${index}`);
    const drawn = draw({ labels, series: [{ name: "x", values: labels.map(() => 1) }] });
    expect(count(drawn, /<rect/g)).toBe(60);
    expect(drawn).toContain("440 more are in the table.");
    expect(drawn.length).toBeLessThan(30_000);
  });

  it("cuts long names between characters, and has the full name as a tooltip", () => {
    const name = "🧑🏽‍🎨".repeat(40);
    const drawn = draw({ labels: [name, "B"] });
    expect(drawn).toContain(`<title>${name}</title>${"🧑🏽‍🎨".repeat(26)}…</text>`);
  });

  it("gets wider with a long line, so that it scrolls", () => {
    const labels = Array.from({ length: 104 }, (_, index) => `2026-W${index}`);
    expect(draw({ kind: "line", labels, series: [{ name: "x", values: labels.map((_, at) => at) }] })).toContain(
      'width="1664"',
    );
  });
});

describe("a reply with charts", () => {
  it("puts each chart above the table with its title, and those without a table before the next", () => {
    const series = [{ name: "x", values: [1] }];
    const page = html`${renderReply({
      kind: "done",
      severity: "info",
      title: "t",
      charts: [
        { title: "One", kind: "bars", labels: ["a"], series },
        { title: "Alone", kind: "bars", labels: ["a"], series },
        { title: "Two", kind: "bars", labels: ["a"], series },
        { title: "Last", kind: "bars", labels: ["a"], series },
      ],
      tables: [
        { title: "One", columns: ["c"], rows: [["2026-11-20"]] },
        { title: "Two", columns: ["c"], rows: [[null], [3]] },
      ],
    })}`.write(ENGLISH);
    const order = [...page.matchAll(/<(figcaption|caption)>(?:<span( class="unseen")?>)?([^<]+)/g)].map(
      ([, ...parts]) => parts.join(""),
    );
    expect(order).toEqual([
      "figcaptionOne",
      // The chart above already shows the title.
      'caption class="unseen"One',
      "figcaptionAlone",
      "figcaptionTwo",
      'caption class="unseen"Two',
      "figcaptionLast",
    ]);
    expect(new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)).size).toBe(8);
    expect(page).toContain('<td class="nowrap" data-day="2026-11-20">Nov 20, 2026');
    expect(count(page, /<th scope="col" class="number"/g)).toBe(1);
  });
});
