// Templates for paths, links, commands and oids: text with placeholders,
// {variable|filter:argument|filter}. They are parsed with the settings, so that mistakes are
// reported before anyone runs an action.
import * as v from "valibot";
import { toHex } from "../format/hex.ts";
import { message, type Text } from "../format/message.ts";
import { settingProblem } from "../format/setting-problem.ts";

/** The values of variables. Empty text counts as absent. */
export type Values = Readonly<Record<string, string | number | undefined>>;

type Filter = { name: string; argument: string };
type Placeholder = { variable: string; filters: readonly Filter[] };
/** Left out if one of its variables has no value. */
type Optional = { optional: readonly (string | Placeholder)[] };

export type Template = {
  source: string;
  /** text, placeholders and optional parts, in order */
  parts: readonly (string | Placeholder | Optional)[];
  /** every variable it uses */
  variables: ReadonlySet<string>;
};

/** `missing`: the variable without a value, if that is the problem. */
export type Filled = { text: string } | { problem: Text; missing?: string };

const encoder = new TextEncoder();

/** Filters by name. `argument` is what the argument must match; a filter without it takes none. */
const FILTERS: Readonly<Record<string, { argument?: RegExp; apply(value: string, argument: string): string }>> = {
  url: { apply: encodeURIComponent },
  url2: { apply: (value) => encodeURIComponent(encodeURIComponent(value)) },
  base64url: { apply: toBase64Url },
  hex: { apply: (value) => toHex(encoder.encode(value)) },
  pad: { argument: /^([1-9]|1\d|20)$/, apply: (value, argument) => value.padStart(Number(argument), "0") },
  default: { argument: /^.*$/, apply: (value, argument) => (value === "" ? argument : value) },
  lower: { apply: (value) => value.toLowerCase() },
  upper: { apply: (value) => value.toUpperCase() },
};

/** Filters whose result has no special characters for a link. */
const ESCAPING = new Set(["url", "url2", "base64url", "hex"]);

/**
 * A schema for a template in a setting.
 * @param variables that it may use; "entity.data.*" allows all with that prefix
 * @param hasOptionals "[...]" marks an optional part
 */
export const TemplateText = (variables: readonly string[], hasOptionals = false) =>
  v.pipe(
    v.string(),
    v.rawTransform<string, Template>(({ dataset, addIssue, NEVER }) => {
      const parsed = parseTemplate(dataset.value, variables, hasOptionals);
      if (typeof parsed !== "string") return parsed;
      addIssue({ message: parsed });
      return NEVER;
    }),
  );

/** The template, or the mistake in it, as the message of a schema. */
export function parseTemplate(source: string, variables: readonly string[], hasOptionals = false): Template | string {
  // Every second piece is the content of a pair of brackets.
  const pieces = hasOptionals ? source.split(/\[([^[\]]*)\]/) : [source];
  const parts: Template["parts"][number][] = [];
  for (const [index, piece] of pieces.entries()) {
    if (hasOptionals && /[[\]]/.test(piece)) return settingProblem("settings.unmatchedBracket", { template: source });
    const parsed = parseParts(piece, variables);
    if (typeof parsed === "string") return parsed;
    if (index % 2 === 0) parts.push(...parsed);
    else parts.push({ optional: parsed });
  }
  const placeholders = parts
    .flatMap((part) => (isOptional(part) ? part.optional : part))
    .filter((part) => typeof part !== "string");
  return { source, parts, variables: new Set(placeholders.map(({ variable }) => variable)) };
}

const isOptional = (part: Template["parts"][number]): part is Optional =>
  typeof part !== "string" && "optional" in part;

function parseParts(source: string, variables: readonly string[]): (string | Placeholder)[] | string {
  const parts: (string | Placeholder)[] = [];
  // Every second piece is the content of a pair of braces.
  for (const [index, piece] of source.split(/\{([^{}]*)\}/).entries()) {
    if (index % 2 === 0) {
      if (/[{}]/.test(piece)) return settingProblem("settings.unmatchedBrace", { template: source });
      if (piece !== "") parts.push(piece);
      continue;
    }
    const placeholder = parsePlaceholder(piece, variables);
    if (typeof placeholder === "string") return placeholder;
    parts.push(placeholder);
  }
  return parts;
}

function parsePlaceholder(text: string, variables: readonly string[]): Placeholder | string {
  const [variable = "", ...rest] = text.split("|").map((part) => part.trim());
  const isKnown = variables.some((one) =>
    one.endsWith("*") ? variable.startsWith(one.slice(0, -1)) && variable.length >= one.length : one === variable,
  );
  if (!isKnown)
    return settingProblem("settings.unknownVariable", { variable: `{${variable}}`, choices: variables.join(", ") });
  const filters: Filter[] = [];
  for (const part of rest) {
    const [name = "", ...argument] = part.split(":");
    const filter = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
    if (filter === undefined)
      return settingProblem("settings.unknownFilter", {
        filter: name,
        placeholder: `{${text}}`,
        choices: Object.keys(FILTERS).join(", "),
      });
    const isValid =
      filter.argument === undefined
        ? argument.length === 0
        : argument.length > 0 && filter.argument.test(argument.join(":"));
    if (!isValid) return explainFilter(name, `{${text}}`);
    filters.push({ name, argument: argument.join(":") });
  }
  return { variable, filters };
}

const explainFilter = (name: string, placeholder: string) =>
  name === "pad"
    ? settingProblem("settings.invalidPad", { placeholder, filter: "pad:3" })
    : settingProblem("settings.invalidFilter", { placeholder, filter: name === "default" ? "default:main" : name });

/** The first variable whose value would not be escaped in a link. */
export function findUnescaped({ parts }: Template): string | undefined {
  for (const part of parts.flatMap((one) => (isOptional(one) ? one.optional : one))) {
    if (typeof part !== "string" && !ESCAPING.has(part.filters.at(-1)?.name ?? "")) return part.variable;
  }
  return undefined;
}

/** @param variable "{entity}" */
type Refuse = (value: string, variable: string) => Text | undefined;

/**
 * Fills in the values. A missing value is a problem, unless the placeholder has a "default:" or is
 * in an optional part.
 * @param refuse returns why a value is not allowed
 */
export function fillTemplate({ parts }: Template, values: Values, refuse?: Refuse): Filled {
  let text = "";
  for (const part of parts) {
    const filled = fillAll(isOptional(part) ? part.optional : [part], values, refuse);
    if ("text" in filled) text += filled.text;
    else if (!isOptional(part) || filled.missing === undefined) return filled;
  }
  return { text };
}

function fillAll(parts: readonly (string | Placeholder)[], values: Values, refuse?: Refuse): Filled {
  let text = "";
  for (const part of parts) {
    if (typeof part === "string") {
      text += part;
      continue;
    }
    const { variable, filters } = part;
    // JSON can hold half of a surrogate pair, for which encodeURIComponent would throw.
    const value = String(values[variable] ?? "").toWellFormed();
    if (value === "" && !filters.some(({ name }) => name === "default"))
      return { problem: message("launch.noValue", { variable: `{${variable}}` }), missing: variable };
    const filled = filters.reduce(
      (before, { name, argument }) => FILTERS[name]?.apply(before, argument) ?? before,
      value,
    );
    const problem = refuse?.(filled, `{${variable}}`);
    if (problem !== undefined) return { problem };
    text += filled;
  }
  return { text };
}

/** The required variables that have no value. */
export function findMissing({ parts }: Template, values: Values): string[] {
  const missing = parts.flatMap((part) => {
    const filled = isOptional(part) ? { text: "" } : fillAll([part], values);
    return "missing" in filled && filled.missing !== undefined ? [filled.missing] : [];
  });
  return [...new Set(missing)];
}

export function toBase64Url(text: string): string {
  const bytes = Array.from(encoder.encode(text), (byte) => String.fromCharCode(byte)).join("");
  return btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
