// Text with holes, {variable|filter:argument|filter}, of which paths, links, commands and oids are made. It is read together with the settings,
// so that a slip in it is told before anybody clicks.
import * as v from "valibot";

/** What may go into the holes. Nothing is known where it is absent or empty. */
export type Values = Readonly<Record<string, string | number | undefined>>;

type Filter = { name: string; argument: string };
type Hole = { variable: string; filters: readonly Filter[] };

export type Template = {
  source: string;
  /** texts and holes, in order */
  parts: readonly (string | Hole)[];
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
 */
export const TemplateText = (variables: readonly string[]) =>
  v.pipe(
    v.string(),
    v.rawTransform<string, Template>(({ dataset, addIssue, NEVER }) => {
      const parsed = parseTemplate(dataset.value, variables);
      if (typeof parsed !== "string") return parsed;
      addIssue({ message: parsed });
      return NEVER;
    }),
  );

/** The template, or what is wrong with it. */
export function parseTemplate(source: string, variables: readonly string[]): Template | string {
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
  const holes = parts.filter((part) => typeof part !== "string");
  return { source, parts, variables: new Set(holes.map(({ variable }) => variable)) };
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
    if (filter === undefined) return `has the unknown filter "${name}" in {${text}}: there are ${Object.keys(FILTERS).join(", ")}`;
    const isRight =
      filter.argument === undefined ? argument.length === 0 : argument.length > 0 && filter.argument.test(argument.join(":"));
    if (!isRight) return `has a filter that can't be used in {${text}}: write ${sayFilter(name)}`;
    filters.push({ name, argument: argument.join(":") });
  }
  return { variable, filters };
}

const sayFilter = (name: string) => ({ pad: "pad:3, with a number from 1 to 20", default: "default:main" })[name] ?? name;

/** The first variable whose value would enter a link unescaped. */
export function findUnescaped({ parts }: Template): string | undefined {
  for (const part of parts) {
    if (typeof part !== "string" && !ESCAPING.has(part.filters.at(-1)?.name ?? "")) return part.variable;
  }
  return undefined;
}

/**
 * Fills the holes. A value that is not known is a problem, unless the template says by "default:" what stands for it.
 * @param refuse why a value may not go in as it is
 */
export function fillTemplate({ parts }: Template, values: Values, refuse?: (value: string) => string | undefined): Filled {
  let text = "";
  for (const part of parts) {
    if (typeof part === "string") {
      text += part;
      continue;
    }
    const { variable, filters } = part;
    // Half a character, as JSON can have it, is no text: encodeURIComponent would throw.
    const value = String(values[variable] ?? "").toWellFormed();
    if (value === "" && !filters.some(({ name }) => name === "default")) {
      return { problem: `Nothing is known for {${variable}}`, missing: variable };
    }
    const filled = filters.reduce((before, { name, argument }) => FILTERS[name]?.apply(before, argument) ?? before, value);
    const refusal = refuse?.(filled);
    if (refusal !== undefined) return { problem: `{${variable}} ${refusal}` };
    text += filled;
  }
  return { text };
}

export function toHex(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function toBase64Url(text: string): string {
  const bytes = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
  return btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
