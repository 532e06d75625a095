// Takes the fields of the query string and the body and returns the Call they make, whichever names
// this version and mode of Kitsu uses. Names are compared without case and underscores.
import * as v from "valibot";
import { TASKS_MAX } from "../../contract.ts";
import { Failure } from "../format/failure.ts";
import { message, type Text } from "../format/message.ts";
import type { RawField } from "./body.ts";
import { type ClaimField, parseClaim } from "./claims.ts";
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
  /** says what the action would do, and does nothing */
  isDry?: boolean | undefined;
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
export type Ignored = { name: string; value: string; reason: Text };
type IgnoreField = (name: string, value: unknown, reason: Text) => void;

type CallField = ClaimField | "selection";

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
    else ignore(name, value, message("request.ignoredUnknown"));
  };
  for (const [name, value] of query) add(name, value, true);
  for (const [name, value] of body) add(name, value, false);
  const [id, unreadable] = [claims.get("person"), findUnreadableId({ ignored })];
  if (id !== undefined && unreadable !== undefined) throw disagree(unreadable.name, id.name);

  const selection = readSelection(selected, ignore);
  if (unlisted > 0) ignored.push({ name: "…", value: "", reason: message("request.ignoredMore", { count: unlisted }) });
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

/** What a field means, under any of its names. */
export const findCallField = (name: string) => FIELD_NAMES.get(name.toLowerCase().replace(/_|\[\]$/g, ""));

/** Finds a person's id that was sent but is not valid. */
export const findUnreadableId = ({ ignored }: Pick<Call, "ignored">) =>
  ignored.find(({ name }) => findCallField(name) === "person");

/** Thrown if the id is all there is to identify the person. */
export const unreadableId = ({ name, value }: Ignored) =>
  invalidField(name, (field) => message("request.badPersonId", { field, value: truncate(value, 60) }));

/** Adds a value unless it is empty or invalid. A field may occur twice, under one or two names. */
function addClaim(
  claims: Map<CallField, Claim>,
  ignore: IgnoreField,
  field: ClaimField,
  name: string,
  raw: unknown,
): void {
  const value = typeof raw === "string" ? raw.trim() : raw;
  // JavaScript writes "undefined" and "null" when it fills a form with missing values.
  if (value === null || value === undefined || value === "" || value === "null" || value === "undefined") return;
  if (typeof value !== "string") return void ignore(name, value, message("request.ignoredNotText"));
  const parsed = parseClaim(field, value);
  if (parsed.problem !== undefined) return void ignore(name, value, parsed.problem);
  const before = claims.get(field);
  if (before === undefined) claims.set(field, { name, value: parsed.value });
  else if (!isSameClaim(before.value, parsed.value)) {
    if (PERSON_FIELDS.includes(field)) throw disagree(name, before.name);
    ignore(name, value, message("request.ignoredDiffers", { other: before.name }));
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
  let [valid, empty] = [0, 0];
  for (const entry of selected) {
    if (entry !== null && typeof entry !== "string")
      throw invalidField("selection", (field) => message("request.notTaskList", { field, value: formatValue(entry) }));
    for (const part of entry?.split(",") ?? [""]) {
      const candidate = part.trim();
      if (candidate === "") {
        empty += 1;
        continue;
      }
      // There may be thousands: a schema would take several times longer.
      if (!v.UUID_REGEX.test(candidate))
        throw invalidField("selection", (field) =>
          message("request.badTaskId", { field, value: truncate(candidate, 60) }),
        );
      valid += 1;
      ids.add(candidate.toLowerCase());
    }
  }
  const repeated = valid - ids.size;
  if (ids.size > TASKS_MAX) {
    throw invalidField("selection", (field) =>
      message("request.tooManyTasks", { field, count: ids.size, limit: TASKS_MAX }),
    );
  }
  if (empty > 0 && ids.size > 0) ignore("selection", "", message("request.ignoredEmptyIds", { count: empty }));
  if (repeated > 0) ignore("selection", "", message("request.ignoredRepeatedIds", { count: repeated }));
  return [...ids];
}

/**
 * Throws if no task is selected. The advice names the versions of Kitsu that lose the selection.
 */
export function checkSelection(call: Call): void {
  if (call.selection.length > 0) return;
  throw new Failure("empty-selection", {
    text: message("request.noTasks"),
    advice: message("request.selectAgain"),
    field: "selection",
  });
}

const disagree = (name: string, other: string) =>
  invalidField(name, (field) => message("request.disagree", { field, other }));

function invalidField(field: string, describe: (field: string) => Text): Failure {
  const name = truncate(field, 60);
  return new Failure("invalid-call", {
    text: describe(name),
    advice: message("request.runAgainOrTellTd"),
    field: name,
  });
}
