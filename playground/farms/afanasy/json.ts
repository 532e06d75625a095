/** JSON as afserver reads and writes it: numbers with a point are no numbers to it, and some texts are written as they are. */
import * as v from "valibot";

const Source = v.object({ source: v.string() });

/** Undefined where it is none. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text, dropFractions);
  } catch {
    return undefined;
  }
}

/** 101.0 is a number with a point, and as a value could not be told from 101. */
function dropFractions(_key: string, value: unknown, ...[context]: readonly unknown[]): unknown {
  if (typeof value !== "number") return value;
  const written = v.safeParse(Source, context);
  return written.success && /[.eE]/.test(written.output.source) ? undefined : value;
}

/** What it writes as it is, whatever is in it: a text between quotes, or a number beyond those of JavaScript's. */
export class Bare {
  readonly written: string;

  constructor(written: string, isText = false) {
    this.written = isText ? `"${written}"` : written;
  }
}

/** Quotes, backslashes and line breaks it escapes, and nothing else. Whatever is empty or false is left out. */
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
