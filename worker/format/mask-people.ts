// Replaces the names, e-mail addresses and ids of people by pseudonyms, everywhere in a value.
import { escapePattern, listPlainParts, toNamePattern } from "./name-pattern.ts";

/** What may occur of one person. */
export type KnownPerson = { id?: string | undefined; email?: string | undefined; name?: string | undefined };

type Kind = keyof KnownPerson;
/** `pattern`: how a name may be written */
type Term = { person: string; kind: Kind; pattern: string };

/** Members whose values are words of the format, not of people: somebody may be called "Done". */
const WORDS: readonly string[] = ["kind", "severity", "state", "type", "code", "method", "entityType", "role"];

/** As it is, or escaped any number of times: in a URL, or a URL in a URL. */
const AT = "(?:@|%(?:25)*40)";

/** Any address, also in a URL. The domain has a dot: "render@2x" is none. */
const EMAIL = String.raw`[^\s\p{C}@<>"'(),:;[\]\\/?#=&%]+${AT}[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+`;

/** The account of a home folder, as in a traceback: it is often named after a person. */
const ACCOUNT = String.raw`(?<=(?:/|\\|%2F)(?:home|users)(?:/|\\+|%2F))[^\s\p{C}/\\"'<>:|%,;]+`;

const fold = (text: string) => text.normalize("NFC").toLowerCase();

/**
 * The same person gets the same number, those who occur first the lowest.
 * @param caller the first person
 * @param others whose names are known; of anybody else, only e-mail addresses are found
 */
export function maskPeople(value: unknown, caller: KnownPerson, others: readonly KnownPerson[]): unknown {
  const { terms, longestFirst, identify, callerKey } = findPeople(value, caller, others);
  const numbers = new Map([[callerKey, 1]]);
  const replace = (found: string): string => {
    const { person, kind } = identify(found);
    const number = numbers.get(person) ?? numbers.size + 1;
    numbers.set(person, number);
    const pseudonym = PSEUDONYMS[kind](number);
    // The name of a file stays one, and so does an address.
    const [between = terms.has(fold(found)) ? " " : ""] = /\s|%20/.exec(found) ?? /[_.+-]/.exec(found) ?? [];
    if (kind === "name") return pseudonym.replace(" ", between);
    return found.includes("%") ? encodeURIComponent(pseudonym) : pseudonym;
  };
  const listPatterns = (isName: boolean) =>
    longestFirst.filter(({ kind }) => (kind === "name") === isName).map(({ pattern }) => pattern);
  const whole = new RegExp([...listPatterns(false), EMAIL, ACCOUNT, ...listPatterns(true)].join("|"), "giu");
  return replaceTexts(value, (text) => text.normalize("NFC").replace(whole, replace));
}

/**
 * The people who occur in a value.
 * - `terms`: what is to be replaced, by its text; `longestFirst`: in the order to look for it
 * - `identify`: whom a replaced text is about
 */
function findPeople(value: unknown, caller: KnownPerson, others: readonly KnownPerson[]) {
  const terms = new Map<string, Term>();
  /** by the account of an e-mail address */
  const accounts = new Map<string, string>();
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
  const callerKey = add(caller);
  const longestFirst = [...terms.values()].toSorted((one, other) => other.pattern.length - one.pattern.length);
  const byPattern = longestFirst
    .filter(({ kind }) => kind === "name")
    .map((term) => ({ term, pattern: new RegExp(`^(?:${term.pattern})$`, "iu") }));
  const identify = (found: string): Pick<Term, "person" | "kind"> => {
    const folded = fold(found).replace(/%(?:25)*40/, "@");
    const known = terms.get(fold(found)) ?? terms.get(folded);
    if (known !== undefined) return known;
    if (folded.includes("@")) return { person: folded, kind: "email" };
    const named = byPattern.find(({ pattern }) => pattern.test(found))?.term;
    return named ?? { person: accounts.get(folded) ?? folded, kind: "name" };
  };
  return { terms, longestFirst, identify, callerKey };
}

/** @param isOpen the members of the value have names that an action chose */
function replaceTexts(value: unknown, replace: (text: string) => string, isOpen = false): unknown {
  if (typeof value === "string") return replace(value);
  if (Array.isArray(value)) return value.map((item) => replaceTexts(item, replace, value[0] === "input"));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      if (isOpen) return [replace(name), replaceTexts(member, replace)];
      return [name, WORDS.includes(name) ? member : replaceTexts(member, replace, name === "choices")];
    }),
  );
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
