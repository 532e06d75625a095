// Takes the fields of the query string and the body and returns the Call they make, whichever names
// this version and mode of Kitsu uses. Names are compared without case and underscores.
import * as v from "valibot";
import { TASKS_MAX } from "../../contract.ts";
import { Failure } from "../failure.ts";
import type { RawField } from "./body.ts";
import { type Dialect, detectDialect } from "./dialect.ts";
import { type FormAnswer, readFormAnswer } from "./form-answer.ts";
import { formatValue, truncate } from "./request-snapshot.ts";
import { IGNORED_MAX } from "./size-limits.ts";

/** Everything in a call is a claim made by a browser. Ids are lower-case UUIDs. */
export type Call = FormAnswer & {
  dialect: Dialect;
  person: { id?: string | undefined; email?: string | undefined };
  /**
   * of the first selected task or of the page, or absent; only a hint: a selection may span
   * projects
   */
  project?: string | undefined;
  /** task ids without duplicates, in the order of selection */
  selection: string[];
  /** guessed by Kitsu from its page, "episode" if it can't: never base a decision on it */
  entityType?: string | undefined;
  /** the page in Kitsu, without host and query */
  path?: string | undefined;
  /** Kitsu's host and port, without scheme */
  server?: string | undefined;
  /** the query parameters of the action's own URL */
  params: Record<string, string>;
  /** the run that this one retries */
  retryOf?: RetriedRun | undefined;
  /** the run that this one undoes, cancels, pauses or resumes */
  changeOf?: EarlierRun | undefined;
  ignored: Ignored[];
};

/** An earlier run, and when it began in epoch milliseconds. */
export type EarlierRun = { id: string; at: number };

/** `root` is the first run of a chain of retries with the same answers; absent if they changed. */
export type RetriedRun = EarlierRun & { root?: string | undefined };

/** A field that plays no part in the call, and why. */
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
 * The valid values of each field, and the reason for ignoring any other. An invalid value never
 * fails the call by itself: the person's id is needed only if nothing else identifies the person
 * (`findUnreadableId`); the other fields confirm or hint.
 */
const CLAIMS = {
  person: v.pipe(v.string(), v.uuid("is not the id of a person"), v.toLowerCase()),
  // Like Zou's own check, but more tolerant: apostrophes, "+", non-Latin domains. Zou doesn't check
  // the addresses of accounts from LDAP.
  email: v.pipe(
    v.string(),
    v.maxLength(254, "has more than 254 characters"),
    v.regex(/^[^\s\p{C}@<>"(),:;[\\\]]+@[^\s\p{C}@<>"(),:;[\\\]]+$/u, "is not an e-mail address"),
  ),
  project: v.pipe(v.string(), v.uuid("is not the id of a project"), v.toLowerCase()),
  entityType: v.pipe(
    v.string(),
    v.toLowerCase(),
    v.picklist(["asset", "shot", "sequence", "edit", "episode", "concept", "all"], "is not a kind of page in Kitsu"),
  ),
  path: textUpTo(2_000),
  server: textUpTo(255),
};

/** A valid value, under the name it was sent with. */
type Claim = { name: string; value: string };

/**
 * Two different values of these could mean two people: the call fails. Of the others, the first
 * counts.
 */
const PERSON_FIELDS: readonly CallField[] = ["person", "email"];

/**
 * Parses the fields of a request, whichever dialect they use.
 * @param query the fields of the URL's query string, without our own such as "run"
 * @param fields the fields of the body; a GET has none
 */
export function parseCall(query: readonly RawField[], fields: readonly RawField[]): Call {
  const { answer, rest: body } = readFormAnswer(fields);
  const claims = new Map<CallField, Claim>();
  const selected: unknown[] = [];
  const ignored: Ignored[] = [];
  const params: [string, string][] = [];
  let unlisted = 0;
  const ignore: IgnoreField = (name, value, reason) => {
    // Always list an unreadable id: `findUnreadableId` looks for it here.
    const isNeeded = findCallField(name) === "person" && findUnreadableId({ ignored }) === undefined;
    if (ignored.length >= IGNORED_MAX && !isNeeded) unlisted += 1;
    else ignored.push({ name: truncate(name, 100), value: formatValue(value), reason });
  };

  const add = (name: string, value: unknown, isParam: boolean) => {
    const field = findCallField(name);
    if (field === "selection") selected.push(...(Array.isArray(value) ? value : [value]));
    else if (field !== undefined) addClaim(claims, ignore, field, name, value);
    else if (isParam) params.push([name, String(value)]);
    else ignore(name, value, "Kitsu has no such field");
  };
  for (const [name, value] of query) add(name, value, true);
  for (const [name, value] of body) add(name, value, false);
  const [id, unreadable] = [claims.get("person"), findUnreadableId({ ignored })];
  if (id !== undefined && unreadable !== undefined) throw invalidField(unreadable.name, `and ${id.name} disagree`);

  const selection = readSelection(selected, ignore);
  if (unlisted > 0) ignored.push({ name: `${unlisted.toLocaleString("en")} more`, value: "", reason: "not listed" });
  const names = [...body, ...query].map(([name]) => name);
  return {
    dialect: detectDialect(names),
    person: { id: claims.get("person")?.value, email: claims.get("email")?.value },
    project: claims.get("project")?.value,
    selection,
    entityType: claims.get("entityType")?.value,
    path: claims.get("path")?.value,
    server: claims.get("server")?.value,
    params: Object.fromEntries(params),
    ...answer,
    ignored,
  };
}

const findCallField = (name: string) => FIELD_NAMES.get(name.toLowerCase().replace(/_|\[\]$/g, ""));

/** Finds a person's id that was sent but is not valid. */
export const findUnreadableId = ({ ignored }: Pick<Call, "ignored">) =>
  ignored.find(({ name }) => findCallField(name) === "person");

/** Thrown if the id is all there is to identify the person. */
export const unreadableId = ({ name, value }: Ignored) =>
  invalidField(name, `is not the id of a person: "${truncate(value, 60)}"`);

/** Adds a value unless it is empty or invalid. A field may occur twice, under one or two names. */
function addClaim(
  claims: Map<CallField, Claim>,
  ignore: IgnoreField,
  field: keyof typeof CLAIMS,
  name: string,
  raw: unknown,
): void {
  const value = typeof raw === "string" ? raw.trim() : raw;
  // JavaScript writes "undefined" and "null" when it fills a form with missing values.
  if (value === null || value === undefined || value === "" || value === "null" || value === "undefined") return;
  if (typeof value !== "string") return void ignore(name, value, "is not text");
  const parsed = v.safeParse(CLAIMS[field], value);
  if (!parsed.success) return void ignore(name, value, parsed.issues[0].message);
  const before = claims.get(field);
  if (before === undefined) claims.set(field, { name, value: parsed.output });
  else if (!isSameClaim(before.value, parsed.output)) {
    if (PERSON_FIELDS.includes(field)) throw invalidField(name, `and ${before.name} disagree`);
    ignore(name, value, `differs from ${before.name}`);
  }
}

/** Ignores case, and how accents are encoded. */
export const isSameClaim = (one: string, other: string) => fold(one) === fold(other);
const fold = (text: string) => text.normalize("NFC").toLowerCase();

/**
 * Task ids from arrays, comma-separated strings and repeated fields; Kitsu 0.20 may send empty
 * ones.
 */
function readSelection(selected: readonly unknown[], ignore: IgnoreField): string[] {
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
          throw invalidField("selection", `must list task ids, but "${truncate(candidate, 60)}" is not one`);
        if (ids.has(parsed.output)) repeated += 1;
        ids.add(parsed.output);
      }
    }
  }
  if (ids.size > TASKS_MAX) {
    throw invalidField(
      "selection",
      `has ${ids.size.toLocaleString("en")} tasks, more than the ${TASKS_MAX.toLocaleString("en")} allowed`,
    );
  }
  if (empty > 0 && ids.size > 0) ignore("selection", `${empty} of them`, "empty ids");
  if (repeated > 0) ignore("selection", `${repeated} of them`, "repeated ids");
  return [...ids];
}

/**
 * Throws if no task is selected. The advice names the versions of Kitsu that lose the selection.
 */
export function checkSelection(call: Call): void {
  if (call.selection.length > 0) return;
  throw new Failure("empty-selection", {
    text: "The call has no tasks.",
    advice:
      "Select the tasks again and run the action again. Kitsu 0.20.87 and 0.20.88 sometimes lose the selection; 0.20.89 fixes that.",
    field: "selection",
  });
}

function invalidField(field: string, problem: string): Failure {
  const name = truncate(field, 60);
  return new Failure("invalid-call", {
    text: `The field ${name} ${problem}.`,
    advice: "Run the action again from Kitsu. If it happens again, tell your TD.",
    field: name,
  });
}
