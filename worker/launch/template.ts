// Text with holes, {variable|filter:argument|filter}, of which paths, links, commands and oids are made. It is read together with the settings,
// so that a slip in it is told before anybody clicks.
import * as v from "valibot";

/** What may go into the holes. Nothing is known where it is absent or empty. */
export type Values = Readonly<Record<string, string | number | undefined>>;

type Filter = { name: string; argument: string };
type Hole = { variable: string; filters: readonly Filter[] };
/** What is left out as a whole where nothing is known of one of its variables. */
type Optional = { optional: readonly (string | Hole)[] };

export type Template = {
  source: string;
  /** texts, holes and optional parts, in order */
  parts: readonly (string | Hole | Optional)[];
  /** every variable it uses */
  variables: ReadonlySet<string>;
};

/** `missing`: the variable of which nothing is known, where that is the problem. */
export type Filled = { text: string } | { problem: string; missing?: string };

/** Filters by their names, each with what its argument must be: nothing where it takes none. */
const FILTERS: Readonly<Record<string, { argument?: RegExp; apply(value: string, argument: string): string }>> = {
  url: { apply: encodeURIComponent },
  url2: { apply: (value) => encodeURIComponent(encodeURIComponent(value)) },
  base64url: { apply: toBase64Url },
  hex: { apply: toHex },
  pad: { argument: /^([1-9]|1\d|20)$/, apply: (value, argument) => value.padStart(Number(argument), "0") },
  default: { argument: /^.*$/, apply: (value, argument) => (value === "" ? argument : value) },
  lower: { apply: (value) => value.toLowerCase() },
  upper: { apply: (value) => value.toUpperCase() },
};

/** After these nothing in a value can mean anything to a link. */
const ESCAPING = new Set(["url", "url2", "base64url", "hex"]);

/**
 * A template as a setting.
 * @param variables those it may use; "entity.data.*" allows all that begin so
 * @param hasOptionals "[...]" is a part that may be left out, and not itself
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

/** The template, or what is wrong with it. */
export function parseTemplate(source: string, variables: readonly string[], hasOptionals = false): Template | string {
  // Every second piece is what stands between a pair of brackets.
  const pieces = hasOptionals ? source.split(/\[([^[\]]*)\]/) : [source];
  const parts: Template["parts"][number][] = [];
  for (const [index, piece] of pieces.entries()) {
    if (hasOptionals && /[[\]]/.test(piece)) return `has a bracket without its partner: "${source}"`;
    const parsed = parseParts(piece, variables);
    if (typeof parsed === "string") return parsed;
    if (index % 2 === 0) parts.push(...parsed);
    else parts.push({ optional: parsed });
  }
  const holes = parts
    .flatMap((part) => (isOptional(part) ? part.optional : part))
    .filter((part) => typeof part !== "string");
  return { source, parts, variables: new Set(holes.map(({ variable }) => variable)) };
}

const isOptional = (part: Template["parts"][number]): part is Optional =>
  typeof part !== "string" && "optional" in part;

function parseParts(source: string, variables: readonly string[]): (string | Hole)[] | string {
  const parts: (string | Hole)[] = [];
  // Every second piece is what stands between a pair of braces.
  for (const [index, piece] of source.split(/\{([^{}]*)\}/).entries()) {
    if (index % 2 === 0) {
      if (/[{}]/.test(piece)) return `has a brace without its partner: "${source}"`;
      if (piece !== "") parts.push(piece);
      continue;
    }
    const hole = parseHole(piece, variables);
    if (typeof hole === "string") return hole;
    parts.push(hole);
  }
  return parts;
}

function parseHole(text: string, variables: readonly string[]): Hole | string {
  const [variable = "", ...rest] = text.split("|").map((part) => part.trim());
  const isKnown = variables.some((one) =>
    one.endsWith("*") ? variable.startsWith(one.slice(0, -1)) && variable.length >= one.length : one === variable,
  );
  if (!isKnown) return `has the unknown variable {${variable}}: there are ${variables.join(", ")}`;
  const filters: Filter[] = [];
  for (const part of rest) {
    const [name = "", ...argument] = part.split(":");
    const filter = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
    if (filter === undefined)
      return `has the unknown filter "${name}" in {${text}}: there are ${Object.keys(FILTERS).join(", ")}`;
    const isRight =
      filter.argument === undefined
        ? argument.length === 0
        : argument.length > 0 && filter.argument.test(argument.join(":"));
    if (!isRight) return `has a filter that can't be used in {${text}}: write ${sayFilter(name)}`;
    filters.push({ name, argument: argument.join(":") });
  }
  return { variable, filters };
}

const sayFilter = (name: string) =>
  ({ pad: "pad:3, with a number from 1 to 20", default: "default:main" })[name] ?? name;

/** The first variable whose value would enter a link unescaped. */
export function findUnescaped({ parts }: Template): string | undefined {
  for (const part of parts.flatMap((one) => (isOptional(one) ? one.optional : one))) {
    if (typeof part !== "string" && !ESCAPING.has(part.filters.at(-1)?.name ?? "")) return part.variable;
  }
  return undefined;
}

type Refuse = (value: string) => string | undefined;

/**
 * Fills the holes. A value that is not known is a problem, unless the template says by "default:" what stands for it, or it is in an optional part.
 * @param refuse why a value may not go in as it is
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

function fillAll(parts: readonly (string | Hole)[], values: Values, refuse?: Refuse): Filled {
  let text = "";
  for (const part of parts) {
    if (typeof part === "string") {
      text += part;
      continue;
    }
    const { variable, filters } = part;
    // Half a character, as JSON can have it, is no text: encodeURIComponent would throw.
    const value = String(values[variable] ?? "").toWellFormed();
    if (value === "" && !filters.some(({ name }) => name === "default"))
      return { problem: `Nothing is known for {${variable}}`, missing: variable };
    const filled = filters.reduce(
      (before, { name, argument }) => FILTERS[name]?.apply(before, argument) ?? before,
      value,
    );
    const refusal = refuse?.(filled);
    if (refusal !== undefined) return { problem: `{${variable}} ${refusal}` };
    text += filled;
  }
  return { text };
}

/** The variables of which nothing is known, and without which it can't be filled. */
export function findMissing({ parts }: Template, values: Values): string[] {
  const missing = parts.flatMap((part) => {
    const filled = isOptional(part) ? { text: "" } : fillAll([part], values);
    return "missing" in filled && filled.missing !== undefined ? [filled.missing] : [];
  });
  return [...new Set(missing)];
}

export function toHex(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function toBase64Url(text: string): string {
  const bytes = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
  return btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
