// Compiles the ICU text of a message. Only the build and the playground do: the worker and the
// userscript get compiled messages.
import { parse, type Token } from "@messageformat/parser";
import type { CompiledMessage, Part } from "./format-message.ts";

/** How a text's placeholders are used: "count plural", "name". */
export function listPlaceholders(tokens: readonly Token[]): string[] {
  return tokens.flatMap((token) => {
    if (token.type === "argument") return [token.arg];
    if (token.type === "function") return [`${token.arg} ${token.key}`];
    if (token.type !== "plural" && token.type !== "select") return [];
    return [`${token.arg} ${token.type}`, ...token.cases.flatMap((one) => listPlaceholders(one.tokens))];
  });
}

export const parseText = (text: string) => parse(text, { strict: false, strictPluralKeys: false });

export function compileTokens(tokens: readonly Token[], counted = ""): CompiledMessage {
  const parts = tokens.map((token): Part => {
    switch (token.type) {
      case "content":
        return token.value;
      case "argument":
        return [token.arg];
      case "octothorpe":
        return [counted];
      case "function": {
        const style = token.param
          ?.map((part) => (part.type === "content" ? part.value : ""))
          .join("")
          .trim();
        return style ? [token.arg, token.key, style] : [token.arg, token.key];
      }
      default: {
        const forms = token.cases.map(({ key, tokens: inner }) => [
          key.replace(/^=/, ""),
          compileTokens(inner, token.type === "plural" ? token.arg : counted),
        ]);
        return [token.arg, token.type === "plural" ? "plural" : "select", Object.fromEntries(forms)];
      }
    }
  });
  const [only = "", another] = parts;
  return another === undefined && typeof only === "string" ? only : parts;
}
