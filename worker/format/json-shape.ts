/** Which limit a JSON text exceeds. Scans the text once, without parsing. */
export function findExcess(text: string, valuesMax: number, depthMax: number): "values" | "depth" | undefined {
  let [values, depth] = [0, 0];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = findStringEnd(text, at);
    else if (code === COMMA || code === COLON) values += 1;
    else if (code === BRACKET || code === BRACE) depth += 1;
    else if (code === BRACKET_END || code === BRACE_END) depth -= 1;
    if (values > valuesMax) return "values";
    if (depth > depthMax) return "depth";
  }
  return undefined;
}

const [QUOTE, COMMA, COLON, BACKSLASH, BRACKET, BRACKET_END, BRACE, BRACE_END] = [...'",:\\[]{}'].map((sign) =>
  sign.charCodeAt(0),
);

/** The index of the quote that ends the string. */
function findStringEnd(text: string, begin: number): number {
  for (let at = begin + 1; ; at += 1) {
    at = text.indexOf('"', at);
    if (at < 0) return text.length;
    let first = at;
    while (text.charCodeAt(first - 1) === BACKSLASH) first -= 1;
    // Every other backslash is escaped itself.
    if ((at - first) % 2 === 0) return at;
  }
}
