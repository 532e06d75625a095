/** JSON as afserver reads and writes it: numbers with a point are no numbers to it, and line breaks stay line breaks. */
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

/** Quotes and backslashes it escapes, and nothing else. Whatever is zero, empty or false is left out. */
export function writeJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => (isNothing(member) ? undefined : member)).replace(
    /\\([\\nrt])/g,
    (escaped, what) => (what === "\\" ? escaped : (RAW[String(what)] ?? escaped)),
  );
}

const RAW: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };
const isNothing = (member: unknown): boolean => member === "" || member === false;
