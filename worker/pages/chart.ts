// Draws a chart as SVG, without scripts or inline styles, in the page's light or dark colors. A
// chart may come from outside, so names are escaped and colors are checked. The description has the
// numbers for screen readers.
import type { Chart } from "../../contract.ts";
import { formatNumber } from "../format/locale-formats.ts";
import { joinSentences, message, type Text } from "../format/message.ts";
import { drawPath, makeAxis, makePoints, makeRows } from "./chart-scale.ts";
import { type Content, type ForReader, html } from "./html.ts";

/** Larger charts are unreadable; the table has everything. */
const LABELS_MAX = 60;
const SERIES_MAX = 60;
const WIDTH = 960;
const NAMES_WIDTH = 190;
const VALUES_WIDTH = 76;
const BAR_HEIGHT = 24;
const AXIS_HEIGHT = 28;
const LINE_HEIGHT = 280;
const COLUMN_MAX = 48;
/** The minimum width of a label below a line. */
const STEP_MIN = 16;
/** Values in the description. */
const DESCRIBED_MAX = 40;
/** The number of `--tone-` colors in page-style.ts, for series without a color. */
const COLORS = 8;

/** "columns" is a stack over time. Only our own pages have it. */
type Drawable = Omit<Chart, "kind"> & { kind: Chart["kind"] | "columns" };
type Series = { name: string; color: string | undefined; tone: string; values: readonly (number | null)[] };
type Drawn = { labels: readonly string[]; series: readonly Series[]; unit: string; width: number };

/** @param id unique on the page; prefixes the ids of the title and the description */
export function renderChart(chart: Drawable, id: string, width = WIDTH): Content {
  const drawn = prepare(chart, width);
  const rest = chart.labels.length - drawn.labels.length;
  const isEmpty = drawn.series.every(({ values }) => values.every((value) => value === null));
  return html`<figure class="chart">
<figcaption>${chart.title}</figcaption>
${isEmpty || drawn.labels.length === 0 ? html`<p class="quiet">${message("chart.noData")}</p>` : html`${renderLegend(drawn)}<div class="drawing" role="region" tabindex="0" aria-label="${message("chart.label", { title: chart.title })}">${isOverTime(chart) ? drawOverTime(chart, drawn, id) : drawBars(chart, drawn, id)}</div>`}
${rest > 0 && html`<p class="quiet">${message("chart.more", { count: rest })}</p>`}
</figure>`;
}

const isOverTime = ({ kind }: Drawable) => kind === "line" || kind === "columns";

/** Drops numbers that can't be drawn, and replaces invalid colors by those of the page. */
function prepare(chart: Drawable, width: number): Drawn {
  const { labels, series, unit } = chart;
  const shown = isOverTime(chart) ? labels : labels.slice(0, LABELS_MAX);
  return {
    labels: shown,
    unit: unit ?? "",
    width,
    series: series.slice(0, SERIES_MAX).map(({ name, color, values }, index) => ({
      name,
      color: color !== undefined && COLOR.test(color) ? color : undefined,
      tone: `tone-${index % COLORS}`,
      values: shown.map((_, at) => toDrawable(values[at])),
    })),
  };
}

const COLOR = /^#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i;

const toDrawable = (value: number | null | undefined) =>
  value === null || value === undefined || !Number.isFinite(value) ? null : Math.max(0, value);

/** No legend for a single series, or if the labels already are the names of the series. */
function renderLegend({ series, labels }: Drawn): Content {
  if (series.length < 2 || series.every(({ name }, at) => name === labels[at])) return undefined;
  return html`<ul class="legend">${series.map((one) => html`<li><svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true"><rect class="part ${one.tone}"${paint("fill", one)} x="1" y="1" width="10" height="10" rx="3"/></svg><span dir="auto">${one.name}</span></li>\n`)}</ul>`;
}

/** The sum for each label, and the highest value that is drawn. */
function addUp({ labels, series }: Drawn, isStack: boolean): { totals: number[]; most: number } {
  const totals = labels.map((_, at) => sum(series.map(({ values }) => values[at] ?? 0)));
  const all = isStack ? totals : series.flatMap(({ values }) => values.map((value) => value ?? 0));
  return { totals, most: Math.max(...all) };
}

function drawBars({ title, kind }: Drawable, drawn: Drawn, id: string): Content {
  const { labels, series, unit, width: whole } = drawn;
  const isStack = kind === "stack";
  const { totals, most } = addUp(drawn, isStack);
  const rowHeight = isStack ? BAR_HEIGHT : Math.max(BAR_HEIGHT, series.length * 12 + 6);
  const height = labels.length * rowHeight + AXIS_HEIGHT;
  const x = makeAxis(most, [NAMES_WIDTH, whole - VALUES_WIDTH], 6, isWhole(series));
  const y = makeRows(labels.length, height - AXIS_HEIGHT, isStack ? 0.2 : 0.14);
  const inner = makeRows(series.length, y.thick);
  const bar = (label: string, one: Series, value: number, box: { left: number; top: number; thick: number }) => {
    const width = x.at(value) - x.at(0);
    return html`<rect class="part ${one.tone}"${paint("fill", one)} x="${round(box.left)}" y="${round(box.top)}" width="${round(width)}" height="${round(box.thick)}"${!isStack && html` rx="2"`}><title>${nameValue(drawn, { label, name: one.name, value })}</title></rect>`;
  };
  const row = (label: string, at: number) => {
    const top = y.top(at);
    let before = 0;
    const bars = series.map((one, nth) => {
      const value = one.values[at] ?? 0;
      if (value === 0) return undefined;
      const left = isStack ? x.at(before) : x.at(0);
      before += value;
      return bar(
        label,
        one,
        value,
        isStack
          ? { left, top, thick: y.thick }
          : { left, top: top + inner.top(nth) + 0.5, thick: Math.max(1, inner.thick - 1) },
      );
    });
    const values = series.map(({ values: all }) => all[at] ?? 0);
    const shown = isStack ? (totals[at] ?? 0) : Math.max(...values);
    const middle = round(top + y.thick / 2);
    const words = (isStack ? [totals[at] ?? 0] : values).map((value, nth) => [nth > 0 && " / ", showNumber(value)]);
    return html`<text class="name" x="${NAMES_WIDTH - 10}" y="${middle}"><title>${label}</title>${cutName(label, 27)}</text>${bars}<text class="value" x="${round(x.at(shown) + 7)}" y="${middle}">${series.length > 2 && !isStack ? undefined : words}</text>\n`;
  };
  return html`${openPicture(whole, height, title, id, describe(drawn))}
${x.ticks.map((tick) => html`<line class="grid" x1="${round(x.at(tick))}" x2="${round(x.at(tick))}" y1="0" y2="${height - AXIS_HEIGHT}"/><text class="tick" x="${round(x.at(tick))}" y="${height - 12}">${showNumber(tick)}</text>`)}
${unit !== "" && html`<text class="tick unit" x="${whole - 4}" y="${height - 12}">${cutName(unit, 12)}</text>`}
${labels.map(row)}</svg>`;
}

function drawOverTime({ title, kind }: Drawable, drawn: Drawn, id: string): Content {
  const { labels, series, unit } = drawn;
  const isStack = kind === "columns";
  const width = Math.max(drawn.width, labels.length * STEP_MIN);
  const step = (width - 100) / labels.length;
  const thick = isStack ? Math.min(COLUMN_MAX, step * 0.75) : 0;
  const [left, right, top, bottom] = [56, width - 44, 24, LINE_HEIGHT - 34];
  const x = isStack ? (nth: number) => left + (nth + 0.5) * step : makePoints(labels.length, left, right);
  const y = makeAxis(addUp(drawn, isStack).most, [bottom, top], 5, isWhole(series));
  const before = labels.map(() => 0);
  const columns = (one: Series) =>
    one.values.map((value, at) => {
      if (!value) return undefined;
      const [from = 0, label = ""] = [before[at], labels[at]];
      const to = from + value;
      before[at] = to;
      return html`<rect class="part ${one.tone}"${paint("fill", one)} x="${round(x(at) - thick / 2)}" y="${round(y.at(to))}" width="${round(thick)}" height="${round(y.at(from) - y.at(to))}"><title>${nameValue(drawn, { label, name: one.name, value })}</title></rect>`;
    });
  const path = ({ values }: Series) =>
    drawPath(values.map((value, at) => (value === null ? undefined : [round(x(at)), round(y.at(value))])));
  const every = Math.ceil(labels.length / Math.floor((right - left) / 76));
  const dots = (one: Series) =>
    one.values.map(
      (value, at) =>
        value !== null &&
        html`<circle class="part ${one.tone}"${paint("fill", one)} cx="${round(x(at))}" cy="${round(y.at(value))}" r="3"><title>${nameValue(drawn, { label: labels[at] ?? "", name: one.name, value })}</title></circle>`,
    );
  return html`${openPicture(width, LINE_HEIGHT, title, id, describe(drawn))}
${y.ticks.map(
  (tick) =>
    html`<line class="grid" x1="${left}" x2="${right}" y1="${round(y.at(tick))}" y2="${round(y.at(tick))}"/><text class="tick level" x="${left - 10}" y="${round(y.at(tick))}">${showNumber(tick)}</text>`,
)}
${unit !== "" && html`<text class="tick start" x="4" y="10">${cutName(unit, 40)}</text>`}
${labels.map((label, at) => (isStack ? labels.length - 1 - at : at) % every === 0 && html`<text class="tick" x="${round(x(at))}" y="${LINE_HEIGHT - 12}">${cutName(label, 11)}</text>`)}
${isStack ? series.map(columns) : series.map((one) => html`<path class="line ${one.tone}"${paint("stroke", one)} d="${path(one)}"/>${dots(one)}\n`)}</svg>`;
}

const openPicture = (width: number, height: number, title: string, id: string, description: Content): Content =>
  html`<svg role="img" aria-labelledby="${id}-title" aria-describedby="${id}-about" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"><title id="${id}-title">${title}</title><desc id="${id}-about">${description}</desc>`;

/** The values as text, for screen readers. */
function describe(drawn: Drawn): Content {
  const { labels, series } = drawn;
  const values = labels.flatMap((label, at) =>
    series.flatMap(({ name, values }) => {
      const value = values[at];
      if (value === null || value === undefined || (value === 0 && series.length > 1)) return [];
      return message("chart.sentence", { value: nameValue(drawn, { label, name, value }) });
    }),
  );
  const rest = values.length - DESCRIBED_MAX;
  return joinSentences([...values.slice(0, DESCRIBED_MAX), rest > 0 && message("chart.more", { count: rest })]);
}

/** "SQ010, Done: 12 tasks", without the name of the only series. */
function nameValue(
  { series, unit }: Drawn,
  { label, name, value }: { label: string; name: string; value: number },
): Text {
  const rounded = round(value);
  const quantity = unit === "" ? rounded : message("chart.quantity", { value: rounded, unit });
  return series.length > 1
    ? message("chart.valueOf", { label, name, value: quantity })
    : message("chart.value", { label, value: quantity });
}

const paint = (attribute: "fill" | "stroke", { color }: Series): Content =>
  color !== undefined && (attribute === "fill" ? html` fill="${color}"` : html` stroke="${color}"`);

/** Cuts between grapheme clusters, so that an emoji is never cut in half. */
function cutName(name: string, most: number): string {
  if (name.length <= most) return name;
  const characters = [...CHARACTERS.segment(name)].map(({ segment }) => segment);
  return characters.length <= most ? name : `${characters.slice(0, most - 1).join("")}…`;
}

const CHARACTERS = new Intl.Segmenter("en");
const showNumber =
  (value: number): ForReader =>
  (reader) =>
    formatNumber(round(value), reader);
const isWhole = (series: readonly Series[]) =>
  series.every(({ values }) => values.every((value) => Number.isInteger(value ?? 0)));
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const round = (value: number) => Math.round(value * 10) / 10;
