// Writes a reply as lines of text, for people and to compare two of them.
import type { Chart, Effect, Field, Outcome, Reply, Table } from "../../../contract.ts";
import { linkHelp } from "../../describe-refusal.ts";
import { escapeControls } from "../../escape-controls.ts";

/** A reply as people at a terminal read it: a failure names its entry in the worker's help. */
export function printReply(reply: Reply, worker: string): void {
  const help = reply.kind === "failed" ? linkHelp(worker, reply.code) : undefined;
  console.log([...describeReply(reply), ...list(help)].join("\n"));
}

/** A reply as lines: what the person sees, without ids and the link to the help. */
export function describeReply(reply: Reply): string[] {
  const { kind, title, text } = reply;
  const help = reply.kind === "failed" ? `/help#${reply.code}` : undefined;
  const links = reply.links?.filter(({ url }) => help === undefined || !url.endsWith(help)) ?? [];
  const lines = [`${kind}${qualify(reply)}: ${title}`, ...(text?.split("\n").filter(Boolean) ?? []).map(indent)];
  if (reply.kind === "failed") lines.push(...list(reply.advice), ...(reply.retry ? [indent("can be retried")] : []));
  if (reply.kind === "ask") {
    lines.push(...list(reply.problem), ...reply.fields.filter(({ type }) => type !== "hidden").map(describeField));
    lines.push(indent(`[${reply.submit}]${reply.dangerous ? ", dangerous" : ""}`));
  }
  lines.push(...(reply.outcomes ?? []).map(describeOutcome));
  if (reply.kind === "done") {
    lines.push(...(reply.tables ?? []).flatMap(describeTable));
    lines.push(...(reply.charts ?? []).flatMap(describeChart));
    lines.push(...(reply.effects ?? []).flatMap(describeEffect));
  }
  return [...lines, ...links.map(({ label, url }) => indent(`link: ${label} ${url}`))].map(escapeControls);
}

const indent = (line: string) => `  ${line}`;
const list = (text: string | undefined) => (text === undefined ? [] : [indent(text)]);

function qualify(reply: Reply): string {
  if (reply.kind === "done") return `, ${reply.severity}`;
  if (reply.kind === "failed") return `, ${reply.code}`;
  if (reply.kind === "started" && reply.progress !== undefined)
    return `, ${reply.progress.done} of ${reply.progress.total}`;
  return "";
}

export const describeOutcome = ({ label, state, reason }: Outcome): string =>
  indent(`${label}: ${state}${reason === undefined ? "" : ` (${reason})`}`);

function describeField({ name, type, label, value, required, options, error }: Field): string {
  const choices = options === undefined ? "" : `, one of ${options.map(({ label }) => label).join(" | ")}`;
  const state = [required && "required", error]
    .filter(Boolean)
    .map((one) => `, ${one}`)
    .join("");
  return indent(`field ${name} (${type}): ${label} = ${JSON.stringify(value ?? "")}${choices}${state}`);
}

const describeTable = ({ title = "", columns, rows }: Table): string[] => [
  indent(`table ${title}: ${columns.join(" | ")}`),
  ...rows.map((row) => indent(indent(row.map((cell) => cell ?? "").join(" | ")))),
];

const describeChart = ({ title, kind, labels, series }: Chart): string[] => [
  indent(`chart: ${title} (${kind}): ${labels.join(" | ")}`),
  ...series.map(({ name, values }) => indent(indent(`${name}: ${values.map((value) => value ?? "").join(" | ")}`))),
];

function describeEffect(effect: Effect): string | string[] {
  switch (effect.kind) {
    case "open":
    case "download":
      return indent(`${effect.kind}: ${effect.url}`);
    case "copy":
      return describeCopy(effect.text.split("\n"));
    case "go":
      return indent(`go: ${effect.path}`);
    case "refresh":
      return indent(`refresh: ${effect.tasks.length} tasks`);
    case "launch":
      return indent(`launch: ${effect.app} ${effect.ways.map(({ url }) => url).join(" ")}`);
  }
}

function describeCopy([first = "", ...others]: readonly string[]): string[] {
  return [indent(`copy: ${first}`), ...others.map((line) => indent(indent(line)))];
}
