/** afserver's JSON: it ignores numbers with a decimal point, and leaves some text unescaped. */
import * as v from "valibot";

const Source = v.object({ source: v.string() });

/** undefined if it is not JSON */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text, dropFractions);
  } catch {
    return undefined;
  }
}

/** Checks the source text, because the value of 101.0 is the same as that of 101. */
function dropFractions(_key: string, value: unknown, ...[context]: readonly unknown[]): unknown {
  if (typeof value !== "number") return value;
  const written = v.safeParse(Source, context);
  return written.success && /[.eE]/.test(written.output.source) ? undefined : value;
}

/** A value written without escaping: text in quotes, or a number too large for JavaScript. */
export class Bare {
  readonly written: string;

  constructor(written: string, isText = false) {
    this.written = isText ? `"${written}"` : written;
  }
}

/**
 * Escapes only quotes, backslashes and line breaks, and leaves out members that are empty or false.
 */
export function writeJson(value: unknown): string {
  const bare: string[] = [];
  return JSON.stringify(value, (_key, member: unknown) => {
    if (member instanceof Bare) return `\u0000${bare.push(member.written) - 1}`;
    return isNothing(member) ? undefined : member;
  }).replace(/"\\u0000(\d+)"|\\u00(?!00)([01][0-9a-f])|\\[^u]/g, (escaped, index, control) => {
    if (index !== undefined) return bare[Number(index)] ?? "";
    return control === undefined ? escaped : String.fromCharCode(Number.parseInt(control, 16));
  });
}

const isNothing = (member: unknown): boolean => member === "" || member === false;
