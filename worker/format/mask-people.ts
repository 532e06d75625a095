// Replaces the names, e-mail addresses and ids of people by pseudonyms, everywhere in a value.

/** What may occur of one person. */
export type KnownPerson = { id?: string | undefined; email?: string | undefined; name?: string | undefined };

type Kind = keyof KnownPerson;
type Term = { person: string; kind: Kind };

/** Members whose values are words of the format, not of people: somebody may be called "Done". */
const WORDS: readonly string[] = ["kind", "severity", "state", "type", "code", "method", "entityType", "role"];

/** Any address, also in a URL. The domain has a dot: "render@2x" is none. */
const EMAIL = String.raw`[^\s\p{C}@<>"'(),:;[\]\\/?#=&%]+(?:@|%40)[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+`;

/** Scripts that put spaces between words: there, a name within a longer word is another word. */
const SPACED = /\p{Script=Latin}|\p{Script=Cyrillic}|\p{Script=Greek}/u;

const fold = (text: string) => text.normalize("NFC").toLowerCase();

/**
 * The same person gets the same number, those who occur first the lowest.
 * @param caller the first person
 * @param others whose names are known; of anybody else, only e-mail addresses are found
 */
export function maskPeople(value: unknown, caller: KnownPerson, others: readonly KnownPerson[]): unknown {
  const terms = new Map<string, Term>();
  const numbers = new Map<string, number>();
  const all = fold(listTexts(value).join("\n"));
  const add = (known: KnownPerson) => {
    const forms = listForms(known);
    const person = forms.map(([text]) => terms.get(text)?.person).find(Boolean) ?? forms[0]?.[0] ?? "";
    for (const [text, kind] of forms) if (all.includes(text) && !terms.has(text)) terms.set(text, { person, kind });
    return person;
  };
  for (const one of others) add(one);
  numbers.set(add(caller), 1);
  const longestFirst = [...terms].toSorted(([one], [other]) => other.length - one.length);
  const pattern = new RegExp(
    [...longestFirst.map(([text, { kind }]) => toPattern(text, kind)), EMAIL].join("|"),
    "giu",
  );

  const replace = (found: string): string => {
    const folded = fold(found);
    const { person, kind } = terms.get(folded) ?? { person: folded.replace("%40", "@"), kind: "email" };
    const number = numbers.get(person) ?? numbers.size + 1;
    numbers.set(person, number);
    const pseudonym = PSEUDONYMS[kind](number);
    return found.includes("%") ? encodeURIComponent(pseudonym) : pseudonym;
  };
  const mask = (one: unknown): unknown => {
    if (typeof one === "string") return one.normalize("NFC").replace(pattern, replace);
    if (Array.isArray(one)) return one.map(mask);
    if (typeof one !== "object" || one === null) return one;
    return Object.fromEntries(
      Object.entries(one).map(([name, member]) => [name, WORDS.includes(name) ? member : mask(member)]),
    );
  };
  return mask(value);
}

const PSEUDONYMS: Readonly<Record<Kind, (number: number) => string>> = {
  id: (number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
  email: (number) => `person-${number}@studio.example`,
  name: (number) => `Person ${number}`,
};

/** How a person may be written, in a text or a URL. Who is unknown has an e-mail as a name. */
function listForms({ id, email, name }: KnownPerson): [text: string, kind: Kind][] {
  const forms: [string | undefined, Kind][] = [
    [id, "id"],
    [email, "email"],
    [name, name?.includes("@") ? "email" : "name"],
  ];
  return forms.flatMap(([text = "", kind]): [string, Kind][] => {
    const trimmed = text.trim();
    if (trimmed.length < 2) return [];
    const written = [...new Set([trimmed, encodeURIComponent(trimmed)])];
    return written.map((one) => [fold(one), kind]);
  });
}

function toPattern(text: string, kind: Kind): string {
  const escaped = text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  return kind === "name" && SPACED.test(text) ? String.raw`(?<![\p{L}\p{N}])${escaped}(?![\p{L}\p{N}])` : escaped;
}

function listTexts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(listTexts) : [];
}
