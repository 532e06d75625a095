// The plan as lines for a terminal or a CI log.
import { styleText } from "node:util";
import { type CustomAction, findDifferences, type Registered } from "../../worker/doctor/custom-action.ts";
import { escapeControls } from "../escape-controls.ts";
import type { Plan, Step } from "./plan.ts";

export type FormatOptions = { isColored: boolean };

const SIGNS = { create: "+", change: "~", remove: "-", unchanged: "=" } as const satisfies Record<Step["kind"], string>;
const COLORS = { create: "green", change: "yellow", remove: "red", unchanged: "dim" } as const satisfies Record<
  Step["kind"],
  string
>;
const LABELS = { name: "name", entity_type: "entity type", is_ajax: "Ajax" } as const;

export function formatPlan({ steps, others, sharedNames }: Plan, options: FormatOptions): string {
  const width = Math.min(48, Math.max(0, ...steps.map((step) => [...formatName(nameOf(step))].length)));
  return [
    ...steps.map((step) => formatStep(step, width, options)),
    ...others.map((other) => {
      const line = `  ${formatName(other.name).padEnd(width)}  created by hand, not changed  ${escapeControls(other.url)}`;
      return color("dim", line, options);
    }),
    ...sharedNames.map((name) => color("yellow", `! ${describeShared(name)}`, options)),
    summarize(steps),
  ].join("\n");
}

export function formatStep(step: Step, width: number, options: FormatOptions): string {
  const line = `${SIGNS[step.kind]} ${formatName(nameOf(step)).padEnd(width)}  ${describe(step)}`;
  return color(COLORS[step.kind], line, options);
}

function summarize(steps: readonly Step[]): string {
  const count = (kind: Step["kind"]) => steps.filter((step) => step.kind === kind).length;
  if (count("unchanged") === steps.length) return "Nothing to do.";
  return `${count("create")} to create, ${count("change")} to change, ${count("remove")} to remove, ${count("unchanged")} up to date.`;
}

const describeShared = (name: string) =>
  `Several entries are named "${escapeControls(name)}": Kitsu's menu can run only one of them. Give them different names.`;

const nameOf = (step: Step) => (step.kind === "create" ? step.wanted : step.present).name;
const formatName = (name: string) => escapeControls(name) || "(no name)";

function describe(step: Step): string {
  if (step.kind === "remove")
    return step.reason === "duplicate" ? "duplicate" : `no longer offered  ${escapeControls(step.present.url)}`;
  if (step.kind === "change") return describeChange(step.wanted, step.present, step.isAdopted);
  const { is_ajax, entity_type, url } = step.kind === "create" ? step.wanted : step.present;
  return `${is_ajax ? "Ajax" : "form"}  ${escapeControls(entity_type)}  ${escapeControls(url)}`;
}

/** The address of an adopted action changes by its "?" alone, so it is described in words. */
function describeChange(wanted: CustomAction, present: Registered, isAdopted: boolean): string {
  const members = findDifferences(wanted, present).filter((member) => member !== "url");
  const changes = members.map(
    (member) => `${LABELS[member]} ${formatValue(present[member])} → ${formatValue(wanted[member])}`,
  );
  return [...(isAdopted ? ["created by hand, managed from now on"] : []), ...changes].join(", ");
}

function formatValue(value: string | boolean): string {
  if (typeof value === "boolean") return value ? "on" : "off";
  return `"${escapeControls(value)}"`;
}

// The caller decides about colors. Without this option, styleText would decide by stdout.
const color = (format: "green" | "yellow" | "red" | "dim", line: string, { isColored }: FormatOptions) =>
  isColored ? styleText(format, line, { validateStream: false }) : line;
