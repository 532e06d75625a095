// What a call says about itself: who called, and where in Kitsu. All of it is a claim.
import * as v from "valibot";
import { message, type Text } from "../format/message.ts";

/**
 * The valid values of each field. An invalid value never fails the call by itself: the person's id
 * is needed only if nothing else identifies the person (`findUnreadableId`); the other fields
 * confirm or hint.
 */
const CLAIMS = {
  person: v.pipe(v.string(), v.uuid(), v.toLowerCase()),
  // Like Zou's own check, but more tolerant: apostrophes, "+", non-Latin domains. Zou doesn't check
  // the addresses of accounts from LDAP.
  email: v.pipe(v.string(), v.maxLength(254), v.regex(/^[^\s\p{C}@<>"(),:;[\\\]]+@[^\s\p{C}@<>"(),:;[\\\]]+$/u)),
  project: v.pipe(v.string(), v.uuid(), v.toLowerCase()),
  entityType: v.pipe(
    v.string(),
    v.toLowerCase(),
    v.picklist(["asset", "shot", "sequence", "edit", "episode", "concept", "all"]),
  ),
  path: v.pipe(v.string(), v.maxLength(2_000)),
  server: v.pipe(v.string(), v.maxLength(255)),
};

export type ClaimField = keyof typeof CLAIMS;

/** What is wrong with a value that is not valid. Of other fields, only the length matters. */
const PROBLEMS = {
  person: "request.ignoredNotPersonId",
  email: "request.ignoredNotEmail",
  project: "request.ignoredNotProjectId",
  entityType: "request.ignoredNotPage",
  path: undefined,
  server: undefined,
} as const satisfies Record<ClaimField, unknown>;

/** The value in its usual form, or what is wrong with it. */
export function parseClaim(
  field: ClaimField,
  value: string,
): { value: string; problem?: undefined } | { problem: Text } {
  const parsed = v.safeParse(CLAIMS[field], value);
  if (parsed.success) return { value: parsed.output };
  const [issue] = parsed.issues;
  if (issue.type === "max_length")
    return { problem: message("request.ignoredTooLong", { limit: Number(issue.requirement) }) };
  return { problem: message(PROBLEMS[field] ?? "request.ignoredNotText") };
}
