// Findings for a terminal: by group, with the fix below each, and a line that sums them up.
import { styleText } from "node:util";
import { type Finding, LEVELS, type Level } from "../../../worker/doctor/finding.ts";
import { escapeControls } from "../../escape-controls.ts";

export type LocatedFinding = Finding & { group: string };

const TITLES: Readonly<Record<string, string>> = {
  local: "wrangler.toml",
  settings: "Settings",
  storage: "Storage",
  kitsu: "Kitsu",
  bot: "Bot",
  trust: "Trust and proxies",
  page: "Kitsu's page",
  actions: "Custom actions",
  targets: "Forwarding",
  farms: "Farms and programs",
  delivery: "Script in Kitsu",
  here: "From this machine",
};
const SIGNS: Readonly<Record<Level, string>> = { broken: "✗", risky: "!", "worth-knowing": "i", fine: "✓" };
const COLORS = { broken: "red", risky: "yellow", "worth-knowing": "cyan", fine: "green" } as const;
const LABELS: Readonly<Record<Level, string>> = {
  broken: "broken",
  risky: "risky",
  "worth-knowing": "worth knowing",
  fine: "fine",
};

type FormatOptions = { isColored: boolean };

export function formatFindings(findings: readonly LocatedFinding[], options: FormatOptions): string {
  const groups = Object.entries(TITLES).flatMap(([group, title]) => {
    const own = findings.filter((one) => one.group === group);
    return own.length === 0 ? [] : [[title, ...own.map((one) => formatFinding(one, options))].join("\n")];
  });
  return [...groups, summarize(findings)].join("\n\n");
}

function formatFinding({ level, subject, text, fix, measured, group }: LocatedFinding, options: FormatOptions): string {
  const sign = color(level, `${SIGNS[level]} ${LABELS[level].padEnd(13)}`, options);
  const indent = " ".repeat(18);
  return [
    `  ${sign} ${escapeControls(`${subject}: ${text}${measured === undefined ? "" : ` (${measured})`}`)}`,
    ...(fix === undefined ? [] : [`${indent}→ ${group === "local" ? escapeLines(fix, indent) : escapeControls(fix)}`]),
  ].join("\n");
}

function summarize(findings: readonly LocatedFinding[]): string {
  const counts = LEVELS.map((level) => `${findings.filter((one) => one.level === level).length} ${LABELS[level]}`);
  return `${counts.join(", ")}.`;
}

/** What is found here may have lines to copy. */
const escapeLines = (text: string, indent: string) =>
  text
    .split("\n")
    .map(escapeControls)
    .join(`\n${indent}`)
    .replace(/[ \t]+(?=\n)/g, "");

// The caller decides about colors. Without this option, styleText would decide by stdout.
const color = (level: Level, text: string, { isColored }: FormatOptions) =>
  isColored ? styleText(COLORS[level], text, { validateStream: false }) : text;
