/**
 * The words of valibot in which the wire is written, in a sixth of its size: the build puts this in valibot's place, so that the
 * schemas of contract.ts stay the only ones. What valibot has beside, the messages that say why something was refused, nobody
 * reads here. test/userscript/valibot.spec.ts holds both against the same answers.
 */
type Parse = (value: unknown) => unknown;

export const unknown = (): Parse => (value) => value;
const type = (name: string) => (): Parse => check((value) => typeof value === name);
export const string = type("string");
export const boolean = type("boolean");
export const number = type("number");
export const literal = (wanted: unknown): Parse => check((value) => value === wanted);
export const picklist = (wanted: readonly unknown[]): Parse => check((value) => wanted.includes(value));
export const regex = (pattern: RegExp): Parse => check((value) => pattern.test(String(value)));
export const minLength = (least: number): Parse => check((value) => Array.isArray(value) && value.length >= least);
export const transform = (change: Parse): Parse => change;
const nothing = (): Parse => literal(null);

export { nothing as null };

export function pipe(...steps: Parse[]): Parse {
  return (value) => steps.reduce((before, step) => step(before), value);
}

export function optional(inner: Parse, instead?: unknown): Parse {
  return (value) =>
    value === undefined && instead === undefined ? value : inner(value === undefined ? instead : value);
}

export function fallback(inner: Parse, instead: unknown): Parse {
  return union([inner, () => instead]);
}

export function union(options: readonly Parse[]): Parse {
  return (value) => {
    for (const option of options) {
      try {
        return option(value);
      } catch {}
    }
    throw 0;
  };
}

/** The members of a variant differ by a literal, so at most one fits. */
export const variant = (_key: string, options: readonly Parse[]): Parse => union(options);

export function array(item: Parse): Parse {
  return (value) => {
    if (!Array.isArray(value)) throw 0;
    return value.map((entry: unknown) => item(entry));
  };
}

export function object(entries: Readonly<Record<string, Parse>>): Parse {
  return (value) => {
    if (!(value instanceof Object)) throw 0;
    const read: Record<string, unknown> = {};
    for (const [key, parse] of Object.entries(entries)) {
      const output = parse(Reflect.get(value, key));
      if (output !== undefined) read[key] = output;
    }
    return read;
  };
}

export function record(_key: Parse, item: Parse): Parse {
  return (value) => {
    if (!(value instanceof Object)) throw 0;
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, item(entry)]));
  };
}

export function safeParse(parse: Parse, value: unknown): { success: boolean; output?: unknown } {
  try {
    return { success: true, output: parse(value) };
  } catch {
    return { success: false };
  }
}

function check(fits: (value: unknown) => boolean): Parse {
  return (value) => {
    if (!fits(value)) throw 0;
    return value;
  };
}
