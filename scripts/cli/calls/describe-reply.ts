// Writes a reply as lines of text, for people and to compare two of them.
import type { Effect, Field, Outcome, Reply, Table } from "../../../contract.ts";

/** A reply as lines: what the person sees, without ids. */
export function describeReply(reply: Reply): string[] {
  const { kind, title, text, links = [] } = reply;
  const lines = [`${kind}${qualify(reply)}: ${title}`, ...(text?.split("\n").filter(Boolean) ?? []).map(indent)];
  if (reply.kind === "failed") lines.push(...list(reply.advice), ...(reply.retry ? [indent("can be retried")] : []));
  if (reply.kind === "ask") {
    lines.push(...list(reply.problem), ...reply.fields.filter(({ type }) => type !== "hidden").map(describeField));
    lines.push(indent(`[${reply.submit}]${reply.dangerous ? ", dangerous" : ""}`));
  }
  lines.push(...(reply.outcomes ?? []).map(describeOutcome));
  if (reply.kind === "done") {
    lines.push(...(reply.tables ?? []).flatMap(describeTable));
    lines.push(
      ...(reply.charts ?? []).map(({ title, kind, labels }) => indent(`chart: ${title} (${kind}, ${labels.length})`)),
    );
    lines.push(...(reply.effects ?? []).map(describeEffect));
  }
  return [...lines, ...links.map(({ label, url }) => indent(`link: ${label} ${url}`))];
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

function describeEffect(effect: Effect): string {
  switch (effect.kind) {
    case "open":
    case "download":
      return indent(`${effect.kind}: ${effect.url}`);
    case "copy":
      return indent(`copy: ${effect.text.split("\n").join(" ")}`);
    case "go":
      return indent(`go: ${effect.path}`);
    case "refresh":
      return indent(`refresh: ${effect.tasks.length} tasks`);
    case "launch":
      return indent(`launch: ${effect.app} ${effect.ways.map(({ url }) => url).join(" ")}`);
  }
}
