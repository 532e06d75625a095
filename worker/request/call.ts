// One request to run an action, in our words, whichever dialect Kitsu spoke: form and AJAX mode name the same things differently,
// the first AJAX (Kitsu 0.9) wrote camelCase, the first form (Kitsu 0.3) "entity_type". Keys are matched without case and underscore.
import * as v from "valibot";
import { TASKS_MAX } from "../../contract.ts";
import { Failure } from "../failure.ts";
import type { RawField } from "./body.ts";
import { type FormAnswer, readFormAnswer } from "./form-answer.ts";
import { formatValue, truncate } from "./request-snapshot.ts";
import { IGNORED_MAX } from "./size-limits.ts";

/** By which names Kitsu called; what the years say is the Kitsu that spoke so. "repeated" is our own: what was recorded of a run, called again. */
export type Dialect = "ajax" | "ajax of 2019" | "form" | "form of 2017" | "mixed" | "repeated" | "unknown";

/** Everything in it is a claim made by a browser. Ids are UUIDs in small letters. */
export type Call = FormAnswer & {
  dialect: Dialect;
  person: { id?: string | undefined; email?: string | undefined };
  /** of the first selected task, or of the page, or none: a hint, for a selection may mix projects */
  project?: string | undefined;
  /** task ids, each once, in the order of selection */
  selection: string[];
  /** guessed by Kitsu from its page, "episode" where the page says nothing: never decide anything by it */
  entityType?: string | undefined;
  /** the page in Kitsu, without host and query */
  path?: string | undefined;
  /** Kitsu's host and port, without scheme */
  server?: string | undefined;
  /** what the action's URL itself had after the "?" */
  params: Record<string, string>;
  /** the run this one tries again */
  retryOf?: RetriedRun | undefined;
  /** the run this one takes back, cancels, pauses or resumes */
  changeOf?: EarlierRun | undefined;
  ignored: Ignored[];
};

/** A run that was before, and when it began. */
export type EarlierRun = { id: string; at: number };

/** `root` is the first of all that tried the same with the same answers; absent where they were changed. */
export type RetriedRun = EarlierRun & { root?: string | undefined };

/** Something that arrived and plays no part in the call. */
export type Ignored = { name: string; value: string; reason: string };
type IgnoreField = (name: string, value: unknown, reason: string) => void;

type CallField = "person" | "email" | "project" | "selection" | "entityType" | "path" | "server";

const FIELD_NAMES: ReadonlyMap<string, CallField> = new Map([
  ["personid", "person"],
  ["userid", "person"],
  ["personemail", "email"],
  ["useremail", "email"],
  ["projectid", "project"],
  ["productionid", "project"],
  ["currentpath", "path"],
  ["originurl", "path"],
  ["currentserver", "server"],
  ["originserver", "server"],
  ["entitytype", "entityType"],
  ["selection", "selection"],
]);

const Uuid = v.pipe(v.string(), v.uuid(), v.toLowerCase());
const textUpTo = (most: number) => v.pipe(v.string(), v.maxLength(most, `has more than ${most} characters`));

/**
 * What each field may say, and the reason it is left out where it says something else. None of them costs the call: the id is needed only
 * where nothing else tells who the person is (`findUnreadableId`), the others confirm or hint.
 */
const CLAIMS = {
  person: v.pipe(v.string(), v.uuid("is not the id of a person"), v.toLowerCase()),
  // As Zou checks addresses, with room: apostrophes, "+", domains that are not Latin. Accounts from LDAP are not checked even there.
  email: v.pipe(
    v.string(),
    v.maxLength(254, "has more than 254 characters"),
    v.regex(/^[^\s\p{C}@<>"(),:;[\\\]]+@[^\s\p{C}@<>"(),:;[\\\]]+$/u, "is not an e-mail address"),
  ),
  project: v.pipe(v.string(), v.uuid("is not the id of a project"), v.toLowerCase()),
  entityType: v.pipe(
    v.string(),
    v.toLowerCase(),
    v.picklist(["asset", "shot", "sequence", "edit", "episode", "concept", "all"], "is no kind of page that Kitsu has"),
  ),
  path: textUpTo(2_000),
  server: textUpTo(255),
};

/** What a field says, under the name it arrived with. */
type Claim = { name: string; value: string };

/** Two of these that differ could be two persons: that is refused. Of the others the first one counts. */
const PERSON_FIELDS: readonly CallField[] = ["person", "email"];

/**
 * The call that these fields make.
 * @param query the fields of the URL's query string, without our own "run": a GET has no others
 * @param fields those of the body
 */
export function parseCall(query: readonly RawField[], fields: readonly RawField[]): Call {
  const { submission, rest: body } = readFormAnswer(fields);
  const given = new Map<CallField, Claim>();
  const selected: unknown[] = [];
  const ignored: Ignored[] = [];
  const params: [string, string][] = [];
  let unsaid = 0;
  const leaveOut: IgnoreField = (name, value, reason) => {
    // A person's id is looked for among them.
    const isNeeded = findCallField(name) === "person" && findUnreadableId({ ignored }) === undefined;
    if (ignored.length >= IGNORED_MAX && !isNeeded) unsaid += 1;
    else ignored.push({ name: truncate(name, 100), value: formatValue(value), reason });
  };

  const take = (name: string, value: unknown, isParam: boolean) => {
    const meaning = findCallField(name);
    if (meaning === "selection") selected.push(...(Array.isArray(value) ? value : [value]));
    else if (meaning !== undefined) addClaim(given, leaveOut, meaning, name, value);
    else if (isParam) params.push([name, String(value)]);
    else leaveOut(name, value, "Kitsu has no such field");
  };
  for (const [name, value] of query) take(name, value, true);
  for (const [name, value] of body) take(name, value, false);
  const [id, unreadable] = [given.get("person"), findUnreadableId({ ignored })];
  if (id !== undefined && unreadable !== undefined) throw invalidField(unreadable.name, `and ${id.name} disagree`);

  const selection = readSelection(selected, leaveOut);
  if (unsaid > 0)
    ignored.push({ name: `${unsaid.toLocaleString("en")} more`, value: "", reason: "more than are listed" });
  const names = [...body, ...query].map(([name]) => name);
  return {
    dialect: detectDialect(names),
    person: { id: given.get("person")?.value, email: given.get("email")?.value },
    project: given.get("project")?.value,
    selection,
    entityType: given.get("entityType")?.value,
    path: given.get("path")?.value,
    server: given.get("server")?.value,
    params: Object.fromEntries(params),
    ...submission,
    ignored,
  };
}

const findCallField = (name: string) => FIELD_NAMES.get(name.toLowerCase().replace(/_|\[\]$/g, ""));

/** The person's id that arrived and could not be understood. */
export const findUnreadableId = ({ ignored }: Pick<Call, "ignored">) =>
  ignored.find(({ name }) => findCallField(name) === "person");

/** For whoever has nothing else to know the person by. */
export const unreadableId = ({ name, value }: Ignored) =>
  invalidField(name, `is not the id of a person: "${truncate(value, 60)}"`);

/** A field may come twice, under one name or two. */
function addClaim(
  given: Map<CallField, Claim>,
  leaveOut: IgnoreField,
  meaning: keyof typeof CLAIMS,
  name: string,
  arrived: unknown,
): void {
  const value = typeof arrived === "string" ? arrived.trim() : arrived;
  // "undefined" and "null" are what JavaScript makes of nothing when it fills a form.
  if (value === null || value === undefined || value === "" || value === "null" || value === "undefined") return;
  if (typeof value !== "string") return void leaveOut(name, value, "is no text");
  const parsed = v.safeParse(CLAIMS[meaning], value);
  if (!parsed.success) return void leaveOut(name, value, parsed.issues[0].message);
  const before = given.get(meaning);
  if (before === undefined) given.set(meaning, { name, value: parsed.output });
  else if (!isSameClaim(before.value, parsed.output)) {
    if (PERSON_FIELDS.includes(meaning)) throw invalidField(name, `and ${before.name} disagree`);
    leaveOut(name, value, `says something else than ${before.name}`);
  }
}

/** E-mail addresses are the same in capitals, and however their accents are encoded. */
export const isSameClaim = (one: string, other: string) => fold(one) === fold(other);
const fold = (text: string) => text.normalize("NFC").toLowerCase();

/** Task ids out of arrays, comma strings and repeated fields. Kitsu 0.20 sends empty ones at times. */
function readSelection(selected: readonly unknown[], leaveOut: IgnoreField): string[] {
  const ids = new Set<string>();
  let [empty, repeated] = [0, 0];
  for (const entry of selected) {
    if (entry !== null && typeof entry !== "string")
      throw invalidField("selection", `must list task ids, but has ${formatValue(entry)}`);
    for (const part of (entry ?? "").split(",")) {
      const candidate = part.trim();
      if (candidate === "") empty += 1;
      else {
        const parsed = v.safeParse(Uuid, candidate);
        if (!parsed.success)
          throw invalidField("selection", `must list task ids, but "${truncate(candidate, 60)}" is none`);
        if (ids.has(parsed.output)) repeated += 1;
        ids.add(parsed.output);
      }
    }
  }
  if (ids.size > TASKS_MAX) {
    throw invalidField(
      "selection",
      `names ${ids.size.toLocaleString("en")} tasks, at most ${TASKS_MAX.toLocaleString("en")} are possible`,
    );
  }
  if (empty > 0 && ids.size > 0) leaveOut("selection", `${empty} of them`, "empty ids");
  if (repeated > 0) leaveOut("selection", `${repeated} of them`, "ids that are there already");
  return [...ids];
}

function detectDialect(names: readonly string[]): Dialect {
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name));
  const [ajax, form] = [
    has(/^(user_?(id|email)|production_?id|origin_?(url|server))$/i),
    has(/^(person_?(id|email)|project_?id|current_?(path|server))$/i),
  ];
  if (ajax && form) return "mixed";
  if (ajax) return has(/^(userId|userEmail|productionId|originUrl|originServer|entityType)$/) ? "ajax of 2019" : "ajax";
  if (form) return has(/^entity_type$/) ? "form of 2017" : "form";
  return "unknown";
}

/** Refuses a call without tasks, and says why Kitsu may have sent one. */
export function checkSelection(call: Call): void {
  if (call.selection.length > 0) return;
  throw new Failure("empty-selection", {
    text: "The call arrived without a single task.",
    advice:
      "Select the tasks again and run the action once more. Kitsu 0.20.87 and 0.20.88 lose the selection at times: 0.20.89 does not.",
    field: "selection",
  });
}

function invalidField(field: string, problem: string): Failure {
  const name = truncate(field, 60);
  return new Failure("invalid-call", {
    text: `The field ${name} ${problem}.`,
    advice: "Run the action again from Kitsu. Should it happen again, tell your TD.",
    field: name,
  });
}
