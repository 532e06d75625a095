/** Validates request bodies like the Flamenco Manager, with its validator's messages. */
import * as v from "valibot";
import { invalid } from "./answer.ts";

const STATUSES = [
  "active",
  "canceled",
  "completed",
  "failed",
  "paused",
  "pause-requested",
  "queued",
  "cancel-requested",
  "requeueing",
  "under-construction",
] as const;
export type JobStatus = (typeof STATUSES)[number];

const Text = v.string("value must be a string");
const Whole = v.pipe(v.number("value must be an integer"), v.integer("value must be an integer"));
const Status = v.picklist(STATUSES, `value is not one of the allowed values ${JSON.stringify(STATUSES)}`);
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const AnyObject = v.record(v.string(), v.unknown(), "value must be an object");

export const SubmittedJob = v.object(
  {
    name: Text,
    type: Text,
    priority: Whole,
    submitter_platform: Text,
    type_etag: v.optional(Text),
    settings: v.optional(AnyObject),
    metadata: v.optional(v.record(v.string(), Text, "value must be an object")),
    worker_tag: v.optional(v.pipe(Text, v.regex(UUID, 'string doesn\'t match the format "uuid"'))),
    initial_status: v.optional(Status),
    storage: v.optional(AnyObject),
  },
  "value must be an object",
);
export type SubmittedJob = v.InferOutput<typeof SubmittedJob>;

export const StatusChange = v.object({ status: Status, reason: Text }, "value must be an object");
const Priority = v.pipe(
  Whole,
  v.minValue(0, "number must be at least 0"),
  v.maxValue(100, "number must be at most 100"),
);
export const PriorityChange = v.object({ priority: Priority }, "value must be an object");
export const NewTag = v.object({ name: Text }, "value must be an object");
export const Query = v.object({
  offset: v.optional(Whole),
  limit: v.optional(Whole),
  status_in: v.optional(v.array(Status)),
  metadata: v.optional(v.record(v.string(), Text)),
});

/** @throws a Refusal with the validator's message */
export function readBody<Schema extends v.GenericSchema>(
  schema: Schema,
  body: string,
  type: string,
): v.InferOutput<Schema> {
  if (!/^application\/json\b/.test(type)) {
    throw invalid(`request body has an error: header Content-Type has unexpected value ${JSON.stringify(type)}`);
  }
  if (body === "") throw invalid("request body has an error: value is required but missing");
  const parsed = v.safeParse(schema, parseJson(body));
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const keys = issue.path?.map(({ key }) => String(key)) ?? [];
  const isMissing = keys.length > 0 && issue.received === "undefined";
  const what = isMissing ? `property ${JSON.stringify(keys.at(-1))} is missing` : issue.message;
  const where = keys.length > 0 ? `Error at "/${keys.join("/")}": ` : "";
  throw invalid(`request body has an error: doesn't match schema: ${where}${what}`);
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw invalid("request body has an error: failed to decode request body: invalid character");
  }
}
