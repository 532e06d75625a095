// The query string of the log's routes: filters, and which page.
import * as v from "valibot";
import { Failure } from "../format/failure.ts";
import { message, type Text } from "../format/message.ts";
import { RUN_STATES } from "../storage/run-record.ts";

/** The most runs of a page. */
const PAGE_MAX_RUNS = 1_000;

/** A filter as forms send it. An unused filter is empty, or has only spaces. */
const filter = <S extends v.GenericSchema<string>>(schema: S) =>
  v.optional(
    v.pipe(
      v.string(),
      v.transform((value) => value.trim() || undefined),
      v.optional(schema),
    ),
  );
const text = (most: number) => v.pipe(v.string(), v.maxLength(most));

const LogQuery = v.object({
  action: filter(text(80)),
  person: filter(text(254)),
  project: filter(text(200)),
  title: filter(text(200)),
  state: filter(v.picklist(RUN_STATES)),
  day: filter(v.pipe(v.string(), v.isoDate())),
  cursor: filter(text(1_000)),
  limit: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,6}$/), v.transform(Number), v.minValue(1), v.maxValue(PAGE_MAX_RUNS)),
  ),
});
export type LogQuery = v.InferOutput<typeof LogQuery>;

export function readLogQuery({ searchParams }: URL): LogQuery {
  const parsed = v.safeParse(LogQuery, Object.fromEntries(searchParams));
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const field = v.getDotPath(issue) ?? "";
  throw new Failure("invalid-filter", {
    text: describeIssue(field, issue),
    advice: message("run.chooseOther"),
    field,
  });
}

function describeIssue(field: string, { type, requirement }: v.BaseIssue<unknown>): Text {
  switch (type) {
    case "max_length":
      return message("run.filterTooLong", { field, limit: Number(requirement) });
    case "picklist":
      return message("run.filterNotState", { field, states: RUN_STATES });
    case "iso_date":
      return message("run.filterNotDay", { field });
    case "regex":
      return message("run.filterNotNumber", { field });
    case "min_value":
      return message("run.filterTooLow", { field, limit: Number(requirement) });
    case "max_value":
      return message("run.filterTooHigh", { field, limit: Number(requirement) });
    default:
      return message("run.filterUnclear", { field });
  }
}

/** The same address, at another page. */
export function withCursor({ href }: URL, cursor: string): string {
  const url = new URL(href);
  url.searchParams.set("cursor", cursor);
  return url.href;
}
