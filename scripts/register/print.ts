// The plan, as lines for a terminal or for a CI's log.
import { styleText } from "node:util";
import type { CustomAction, Registered } from "./custom-action.ts";
import { findDifferences, type Plan, type Step } from "./plan.ts";

export type Print = { isColoured: boolean };

const SIGNS = { create: "+", change: "~", remove: "-", same: "=" } as const satisfies Record<Step["kind"], string>;
const COLOURS = { create: "green", change: "yellow", remove: "red", same: "dim" } as const satisfies Record<
  Step["kind"],
  string
>;
const LABELS = { name: "name", entity_type: "entity type", is_ajax: "Ajax" } as const;

export function printPlan({ steps, others }: Plan, print: Print): string {
  const width = Math.min(48, Math.max(0, ...steps.map((step) => [...showName(nameOf(step))].length)));
  return [
    ...steps.map((step) => printStep(step, width, print)),
    ...others.map((other) =>
      colour("dim", `  ${showName(other.name).padEnd(width)}  made by hand, left alone  ${plain(other.url)}`, print),
    ),
    summarize(steps),
  ].join("\n");
}

export function printStep(step: Step, width: number, print: Print): string {
  const line = `${SIGNS[step.kind]} ${showName(nameOf(step)).padEnd(width)}  ${describe(step)}`;
  return colour(COLOURS[step.kind], line, print);
}

function summarize(steps: readonly Step[]): string {
  const count = (kind: Step["kind"]) => steps.filter((step) => step.kind === kind).length;
  if (count("same") === steps.length) return "Nothing to do.";
  return `${count("create")} to create, ${count("change")} to change, ${count("remove")} to remove, ${count("same")} as they should be.`;
}

const nameOf = (step: Step) => (step.kind === "create" ? step.wanted : step.present).name;
const showName = (name: string) => plain(name) || "(no name)";

function describe(step: Step): string {
  if (step.kind === "remove")
    return step.why === "twice" ? "is listed twice" : `no longer offered  ${plain(step.present.url)}`;
  if (step.kind === "change") return describeChange(step.wanted, step.present, step.isTakenOver);
  const { is_ajax, entity_type, url } = step.kind === "create" ? step.wanted : step.present;
  return `${is_ajax ? "Ajax" : "form"}  ${plain(entity_type)}  ${plain(url)}`;
}

/** The address changes where one is taken over, and by its mark alone: that is said in words. */
function describeChange(wanted: CustomAction, present: Registered, isTakenOver: boolean): string {
  const members = findDifferences(wanted, present).filter((member) => member !== "url");
  const changes = members.map(
    (member) => `${LABELS[member]} ${showValue(present[member])} → ${showValue(wanted[member])}`,
  );
  return [...(isTakenOver ? ["made by hand, taken over"] : []), ...changes].join(", ");
}

function showValue(value: string | boolean): string {
  if (typeof value === "boolean") return value ? "on" : "off";
  return `"${plain(value)}"`;
}

/** Names come from Kitsu, where anything can be typed: nothing in them may steer the terminal. */
export const plain = (text: string) => text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, "·");

// Whether there are colours is decided once, by the caller; styleText would look at stdout itself.
const colour = (format: "green" | "yellow" | "red" | "dim", line: string, { isColoured }: Print) =>
  isColoured ? styleText(format, line, { validateStream: false }) : line;
