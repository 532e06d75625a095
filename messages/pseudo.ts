// The pseudo-language: English with accents and longer words. Text that stays plain was not taken
// from the catalogue, and a layout that holds with it has room for other languages.
import type { CompiledMessage } from "./format-message.ts";

/** A code that no language has. */
export const PSEUDO_LANGUAGE = "xa";

const ACCENTED: Readonly<Record<string, string>> = Object.fromEntries(
  [..."aáàbƀcçdđeéèfƒgĝhĥiíìjĵkķlļmɱnñoóòpþqɋrŕsštŧuúùvṽwŵxẋyýzž".matchAll(/([a-z])([^a-z]+)/g)].flatMap(
    ([, letter = "", accented = ""]) => [
      [letter, accented],
      [letter.toUpperCase(), accented.toUpperCase()],
    ],
  ),
);

/** Every letter with an accent, and vowels twice, so that texts are about 40 % longer. */
export function pseudoize(message: CompiledMessage): CompiledMessage {
  if (typeof message === "string") return pseudoizeText(message);
  return message.map((part) => {
    if (typeof part === "string") return pseudoizeText(part);
    const [name, kind, forms] = part;
    if (typeof forms !== "object" || (kind !== "plural" && kind !== "select")) return part;
    return [name, kind, Object.fromEntries(Object.entries(forms).map(([form, inner]) => [form, pseudoize(inner)]))];
  });
}

const pseudoizeText = (text: string) => text.replace(/[A-Za-z]/g, (letter) => ACCENTED[letter] ?? letter);
