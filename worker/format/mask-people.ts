// Replaces the names, e-mail addresses and ids of people by pseudonyms, everywhere in a value.
import { escapePattern, listPlainParts, toNamePattern } from "./name-pattern.ts";

/** What may occur of one person. */
export type KnownPerson = { id?: string | undefined; email?: string | undefined; name?: string | undefined };

type Kind = keyof KnownPerson;
/** `pattern`: how a name may be written */
type Term = { person: string; kind: Kind; pattern: string };

/** Members whose values are words of the format, not of people: somebody may be called "Done". */
const WORDS: readonly string[] = ["kind", "severity", "state", "type", "code", "method", "entityType", "role"];

/** Also in a URL in a URL. */
const AT = "(?:@|%(?:25)*40)";

/** Any address, also in a URL. The domain has a dot: "render@2x" is none. */
const EMAIL = String.raw`[^\s\p{C}@<>"'(),:;[\]\\/?#=&%]+${AT}[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+`;

/** Whose home folder it is, as in a traceback: an account is often named after a person. */
const ACCOUNT = String.raw`(?<=(?:/|\\|%2F)(?:home|users)(?:/|\\+|%2F))[^\s\p{C}/\\"'<>:|%,;]+`;

const fold = (text: string) => text.normalize("NFC").toLowerCase();

/**
 * The same person gets the same number, those who occur first the lowest.
 * @param caller the first person
 * @param others whose names are known; of anybody else, only e-mail addresses are found
 */
export function maskPeople(value: unknown, caller: KnownPerson, others: readonly KnownPerson[]): unknown {
  const terms = new Map<string, Term>();
  /** by the account of an e-mail address */
  const accounts = new Map<string, string>();
  const numbers = new Map<string, number>();
  const all = fold(listTexts(value).join("\n"));
  const plain = all.normalize("NFKD").replace(/\p{M}/gu, "");
  const add = (known: KnownPerson) => {
    const forms = listForms(known);
    const person = forms.map(({ text }) => terms.get(text)?.person).find(Boolean) ?? forms[0]?.text ?? "";
    const [account = ""] = (known.email ?? "").split("@");
    if (account !== "") accounts.set(fold(account), person);
    for (const { text, kind, pattern, hints } of forms)
      if ((hints === undefined ? all.includes(text) : hints.every((hint) => plain.includes(hint))) && !terms.has(text))
        terms.set(text, { person, kind, pattern });
    return person;
  };
  for (const one of others) add(one);
  numbers.set(add(caller), 1);
  const longestFirst = [...terms.values()].toSorted((one, other) => other.pattern.length - one.pattern.length);
  const [names, exact] = [true, false].map((isName) => longestFirst.filter(({ kind }) => (kind === "name") === isName));
  const list = (some: readonly Term[] = []) => some.map(({ pattern }) => pattern);
  const whole = new RegExp([...list(exact), EMAIL, ACCOUNT, ...list(names)].join("|"), "giu");
  const byPattern = (names ?? []).map((term) => ({ term, pattern: new RegExp(`^(?:${term.pattern})$`, "iu") }));

  const identify = (found: string): Pick<Term, "person" | "kind"> => {
    const folded = fold(found).replace(/%(?:25)*40/, "@");
    const known = terms.get(fold(found)) ?? terms.get(folded);
    if (known !== undefined) return known;
    if (folded.includes("@")) return { person: folded, kind: "email" };
    const named = byPattern.find(({ pattern }) => pattern.test(found))?.term;
    return named ?? { person: accounts.get(folded) ?? folded, kind: "name" };
  };
  const replace = (found: string): string => {
    const { person, kind } = identify(found);
    const number = numbers.get(person) ?? numbers.size + 1;
    numbers.set(person, number);
    const pseudonym = PSEUDONYMS[kind](number);
    // A file's name stays one, and an address.
    const [between = terms.has(fold(found)) ? " " : ""] = /\s|%20/.exec(found) ?? /[_.+-]/.exec(found) ?? [];
    if (kind === "name") return pseudonym.replace(" ", between);
    return found.includes("%") ? encodeURIComponent(pseudonym) : pseudonym;
  };
  const maskText = (text: string) => text.normalize("NFC").replace(whole, replace);
  /** @param isOpen its members have whatever names an action chose */
  const mask = (one: unknown, isOpen = false): unknown => {
    if (typeof one === "string") return maskText(one);
    if (Array.isArray(one)) return one.map((item) => mask(item, one[0] === "input"));
    if (typeof one !== "object" || one === null) return one;
    return Object.fromEntries(
      Object.entries(one).map(([name, member]) => {
        if (isOpen) return [maskText(name), mask(member)];
        return [name, WORDS.includes(name) ? member : mask(member, name === "choices")];
      }),
    );
  };
  return mask(value);
}

const PSEUDONYMS: Readonly<Record<Kind, (number: number) => string>> = {
  id: (number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
  email: (number) => `person-${number}@studio.example`,
  name: (number) => `Person ${number}`,
};

/** `hints`: occur in the text if the name does */
type Form = Omit<Term, "person"> & { text: string; hints?: string[] };

/** How a person may be written, in a text or a URL. Who is unknown has an e-mail as a name. */
function listForms({ id, email, name = "" }: KnownPerson): Form[] {
  const isName = !name.includes("@");
  const exact: [string | undefined, Kind][] = [
    [id, "id"],
    [email, "email"],
    [isName ? undefined : name, "email"],
  ];
  const forms = exact.flatMap(([written = "", kind]): Form[] => {
    const trimmed = written.trim();
    const ways = trimmed.length < 2 ? [] : [...new Set([trimmed, encodeURIComponent(trimmed)])].map(fold);
    return ways.map((text) => ({ text, kind, pattern: escapePattern(text) }));
  });
  const text = isName ? name.trim() : "";
  if (text.length < 2) return forms;
  return [...forms, { text: fold(text), kind: "name", pattern: toNamePattern(text), hints: listPlainParts(text) }];
}

function listTexts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([name, member]) => [name, ...listTexts(member)])
    : [];
}
