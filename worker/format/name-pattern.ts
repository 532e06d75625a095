// How the name of a person may be written: "Zoé O'Brien", "O'Brien, Zoé", "zoe.obrien",
// "Zoe_O%27Brien".

/** Scripts that put spaces between words: there, a name within a longer word is another word. */
const SPACED = /\p{Script=Latin}|\p{Script=Cyrillic}|\p{Script=Greek}/u;

/** Between two words of a name, also in a URL, JSON or HTML. */
const SEPARATOR = String.raw`(?:%(?:25)*[0-9a-f]{2}|&#?\w{1,6};|\\u[0-9a-f]{4}|[^\p{L}\p{N}])`;

/** Not within a word. An escaped character ends with letters. */
const START = String.raw`(?<=^|[^\p{L}\p{N}]|%[0-9a-f]{2}|\\[nrt])`;

/** How letters are written where only ASCII is allowed. Of others, the accent goes. */
const ASCII: ReadonlyMap<string, string> = new Map([
  ["ä", "ae"],
  ["ö", "oe"],
  ["ü", "ue"],
  ["ø", "o"],
  ["å", "aa"],
  ["ß", "ss"],
  ["ł", "l"],
]);

/** A name that is written without anything between its words has at least so many letters. */
const JOINED_MIN = 6;

/** The parts of a name that are the same in every way to write it. */
export const listPlainParts = (name: string): string[] =>
  name
    .normalize("NFC")
    .toLowerCase()
    .match(/[a-z0-9]+/g) ?? [];

export const escapePattern = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);

/** As it is, or in one of those ways. For the flags "i" and "u", in a text in NFC. */
export function toNamePattern(name: string): string {
  const words =
    name
      .normalize("NFC")
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
  const letters = words.join("").length;
  const isSpaced = SPACED.test(name);
  const between = `${SEPARATOR}{${isSpaced && letters < JOINED_MIN ? 1 : 0},3}`;
  const written = words.map(toWordPattern);
  const orders = words.length > 1 ? [written, [written.at(-1) ?? "", ...written.slice(0, -1)]] : [written];
  const exact = [name.normalize("NFC"), encodeURIComponent(name)].map(escapePattern);
  const pattern = [...exact, ...(letters < 2 ? [] : orders.map((order) => order.join(between)))].join("|");
  return isSpaced ? String.raw`${START}(?:${pattern})(?![\p{L}\p{N}])` : `(?:${pattern})`;
}

const toWordPattern = (word: string): string =>
  [...word]
    .map((letter) => {
      if (letter < "\u0080") return letter;
      const bare = letter.normalize("NFKD").replace(/\p{M}/gu, "");
      const escaped = String.raw`\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
      return `(?:${[letter, ASCII.get(letter), bare, escaped, encodeURIComponent(letter)].filter(Boolean).join("|")})`;
    })
    .join("");
