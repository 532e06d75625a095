// Odd texts, and odd JSON values made of them.
import fc from "fast-check";

/** A page that shows a foreign text must escape this. */
export const MARKER = `kx"'<&>xk`;

/**
 * Finds a marker in a page that is not escaped. A marker that was cut short has no end and is
 * ignored. The worker adds <wbr> to long words.
 */
export function findUnescaped(page: string): string | undefined {
  for (const [found, inner = ""] of page.replaceAll("<wbr>", "").matchAll(/kx((?:(?!kx)[\s\S]){0,60}?)xk/g))
    if (/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/.test(inner)) return found;
  return undefined;
}

const NAMES = ["__proto__", "constructor", "toString", "hasOwnProperty", "prototype", "length", "then"];

const ODD_TEXTS = [
  "",
  " ",
  "null",
  "undefined",
  "…",
  "\u0000",
  "\ud800",
  "\u202e\u200b",
  "é\u0301\ufb03",
  "🏮".repeat(30),
  "\r\nset-cookie: kx=1",
  "=cmd|' /C calc'!A0",
  "javascript:alert(1)//",
  "data:text/html,<script>alert(1)</script>",
  "https://user@elsewhere.example/",
  "//elsewhere.example",
  "../../etc/passwd",
  "%00%2e%2e%2f",
  "</script><script>alert(1)</script>",
  "<title".repeat(200),
  "((((((((((a+)+)+)+)+)+)+)+)+)+)$",
  "1e999",
  "-1",
  "9".repeat(400),
  ...NAMES,
];

const repeated = (most: number) =>
  fc
    .tuple(fc.constantFrom("a", MARKER, "é", "<", "\n\n", "{", "'"), fc.integer({ min: 1, max: most }))
    .map(([text, times]) => text.repeat(times));

export const oddText = (): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 40, arbitrary: fc.constant(MARKER) },
    { weight: 40, arbitrary: fc.constantFrom(...ODD_TEXTS) },
    { weight: 20, arbitrary: fc.string({ unit: "binary", maxLength: 20 }).map((text) => `${text}${MARKER}`) },
    { weight: 10, arbitrary: repeated(200) },
    { weight: 1, arbitrary: repeated(30_000) },
  );

export const oddName = (): fc.Arbitrary<string> => fc.oneof(fc.constantFrom(...NAMES), oddText());

/** Any JSON value. */
export const oddValue = (): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 4, arbitrary: oddText() },
    {
      weight: 3,
      arbitrary: fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 1e308, 2 ** 53, [], {}, [[]], [null]),
    },
    { weight: 1, arbitrary: fc.array(oddText(), { maxLength: 5 }) },
    { weight: 1, arbitrary: fc.dictionary(oddName(), oddText(), { maxKeys: 4 }) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.integer({ min: 1, max: 3_000 }), fc.constantFrom("[", "{"))
        .map(([depth, open]) => nest(depth, open)),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.integer({ min: 1, max: 9_000 }), oddText())
        .map(([times, text]) => Array(times).fill(text.slice(0, 100))),
    },
  );

function nest(depth: number, open: string): unknown {
  let value: unknown = MARKER;
  for (let level = 0; level < depth; level += 1) value = open === "[" ? [value] : { kx: value };
  return value;
}
