// The picture of docs/performance.md: how many rounds an answer waits for, and how fast the worker
// is beside its limit and its peers.
import type { Figures } from "./figures.ts";

const THEMES = {
  light: { ink: "#1f2328", quiet: "#59636e", first: "#8250df", second: "#c297ff", other: "#a8b1bb", paper: "#ffffff" },
  dark: { ink: "#f0f6fc", quiet: "#9198a1", first: "#ab7df8", second: "#5a3a94", other: "#57606a", paper: "#0d1117" },
} as const;
export const SCHEMES = ["light", "dark"] as const;
type Theme = (typeof THEMES)[keyof typeof THEMES];

/** `parts` are drawn one after the other. */
type Bar = { label: string; parts: { value: number; color: string }[]; text: string };
type Panel = { title: string; legend: { color: string; text: string }[]; bars: Bar[] };

const WIDTH = 860;
const LABEL_WIDTH = 250;
const BAR_WIDTH = 500;
const ROW = 22;
const HEAD = 56;

export function drawPicture(figures: Figures, scheme: keyof typeof THEMES): string {
  const theme = THEMES[scheme];
  const panels = [describeRounds(figures, theme), describeThroughput(figures, theme)];
  let top = 16;
  const drawn = panels.map((panel) => {
    const at = top;
    top += HEAD + panel.bars.length * ROW + 20;
    return drawPanel(panel, theme, at);
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" width="${WIDTH}" height="${top}" font-family="system-ui, sans-serif" font-size="13" role="img" aria-label="Rounds until the answer, and calls per second">
<rect width="${WIDTH}" height="${top}" rx="8" fill="${theme.paper}"/>
${drawn.join("\n")}
</svg>
`;
}

function describeRounds({ counts }: Figures, { first, second }: Theme): Panel {
  const steps = counts.filter(
    ({ way, isolate, step }) => way === "bot" && isolate === "warm" && !step.startsWith("poll"),
  );
  return {
    title: "Rounds until the answer",
    legend: [
      { color: first, text: "until it is decided whether the person may" },
      { color: second, text: "the action's own" },
    ],
    bars: steps.map(({ action, step, before, rounds }) => ({
      label: `${action} ${step}`,
      parts: [
        { value: before, color: first },
        { value: rounds - before, color: second },
      ],
      text: String(rounds),
    })),
  };
}

function describeThroughput({ comparison }: Figures, { first, other }: Theme): Panel {
  return {
    title: "Calls per second, compared with a worker that only says hello",
    legend: [],
    bars: comparison.rows.map(({ name, toHello }) => ({
      label: name,
      parts: [{ value: toHello, color: name.startsWith("worker") ? first : other }],
      text: toHello.toFixed(2),
    })),
  };
}

function drawPanel({ title, legend, bars }: Panel, { ink, quiet }: Theme, top: number): string {
  const most = Math.max(...bars.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0)));
  const entries = legend.map(
    ({ color, text }, index) =>
      `<rect x="${LABEL_WIDTH + index * 290}" y="${top + 26}" width="10" height="10" rx="2" fill="${color}"/>` +
      `<text x="${LABEL_WIDTH + 16 + index * 290}" y="${top + 35}" fill="${quiet}">${escapeText(text)}</text>`,
  );
  const rows = bars.map(({ label, parts, text }, index) => {
    const y = top + HEAD + index * ROW;
    let x = LABEL_WIDTH;
    const rects = parts.map(({ value, color }) => {
      const width = (value / most) * BAR_WIDTH;
      const rect = `<rect x="${x.toFixed(1)}" y="${y - 11}" width="${width.toFixed(1)}" height="14" fill="${color}"/>`;
      x += width;
      return rect;
    });
    return (
      `<text x="${LABEL_WIDTH - 12}" y="${y}" text-anchor="end" fill="${ink}">${escapeText(label)}</text>` +
      `${rects.join("")}<text x="${(x + 8).toFixed(1)}" y="${y}" fill="${quiet}">${escapeText(text)}</text>`
    );
  });
  return [
    `<text x="${LABEL_WIDTH}" y="${top + 14}" fill="${ink}" font-weight="600">${escapeText(title)}</text>`,
    ...entries,
    ...rows,
  ].join("\n");
}

const escapeText = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
