// The one place where a thrown error becomes a failed Reply. Throw a Failure to tell the person
// what went wrong. Anything else that is thrown is a bug: the person gets a run id to quote, and
// the log gets the cause.
import type { Failed, Outcome } from "../contract.ts";

/**
 * The worker's own codes, with HTTP status and title. Codes are stable: studios may test for them.
 */
const FAILURES = {
  "origin-not-allowed": [403, "This page may not run actions"],
  "sign-in-required": [401, "Sign in to read the log"],
  "sign-in-refused": [403, "The log token is wrong"],
  "log-closed": [403, "The log has no token yet"],
  "unknown-action": [404, "There is no such action"],
  "unknown-run": [404, "This run was not found"],
  "never-ran": [410, "It did not run"],
  "run-interrupted": [500, "The run was interrupted"],
  "too-much-to-keep": [413, "The run is too large to be stored"],
  "log-unreachable": [503, "The log can't be read right now"],
  "unknown-page": [404, "This page was not found"],
  "method-not-allowed": [405, "This action can't be called that way"],
  "unsupported-media-type": [415, "This content type is not supported"],
  "body-too-large": [413, "The call is too large"],
  "invalid-call": [400, "The call can't be understood"],
  "invalid-filter": [400, "These filters are not valid"],
  "empty-selection": [422, "No tasks are selected"],
  "target-unreachable": [502, "The studio's server can't be reached"],
  "target-timeout": [504, "The studio's server did not answer in time"],
  "target-answer-too-large": [502, "The studio's server sent too large an answer"],
  "target-answer-broken": [502, "The studio's server did not finish its answer"],
  "target-refused": [502, "The studio's server refused"],
  "kitsu-unreachable": [502, "Kitsu can't be reached"],
  "kitsu-timeout": [504, "Kitsu did not answer in time"],
  "kitsu-broken": [502, "Kitsu gave an unexpected answer"],
  "kitsu-token-refused": [502, "Kitsu rejected the token"],
  "kitsu-forbidden": [403, "Kitsu does not allow this"],
  "kitsu-second-factor": [403, "Kitsu requires two-factor authentication"],
  "kitsu-busy": [503, "Kitsu is busy"],
  "kitsu-unknown": [404, "Kitsu did not find this"],
  "kitsu-refused": [409, "Kitsu refused"],
  "kitsu-version": [502, "This version of Kitsu does not support that"],
  "farm-unreachable": [502, "The render farm can't be reached"],
  "farm-broken": [502, "The render farm gave an unexpected answer"],
  "farm-refused": [409, "The render farm refused"],
  "render-failed": [502, "Nothing was rendered"],
  "person-not-accepted": [403, "We can't tell who you are"],
  "access-unreachable": [502, "Cloudflare Access can't be reached"],
  "not-allowed": [403, "You may not run this action on these tasks"],
  "nothing-to-do": [422, "There is nothing to do"],
  "too-many-calls": [429, "Too many calls at once"],
  "already-submitted": [409, "This was already submitted"],
  "signature-refused": [401, "The signature is wrong"],
  "report-early": [404, "The report came too early"],
  "report-refused": [409, "The report came too late"],
  "run-over": [409, "This run has ended"],
  "undo-over": [410, "It is too late to undo this"],
  "ticket-unknown": [404, "There is no such ticket"],
  "ticket-used": [410, "This ticket was already used"],
  "ticket-foreign": [403, "This ticket belongs to someone else"],
  "loan-over": [404, "This is no longer available"],
  "platform-limit": [503, "The action needs more requests than Cloudflare allows"],
  "time-limit": [504, "The action took too long"],
  "not-configured": [500, "The action server is not fully set up"],
  "internal-error": [500, "Something went wrong in the action server"],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type FailureCode = keyof typeof FAILURES;

const isFailureCode = (code: string): code is FailureCode => Object.hasOwn(FAILURES, code);

export const FAILURE_CODES = Object.keys(FAILURES).filter(isFailureCode);

/** A code that an action defines for itself, in kebab-case: "movie-not-found". */
export type ActionCode = string & { readonly kind: "action code" };

const isActionCode = (code: string): code is ActionCode =>
  /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(code) && !isFailureCode(code);

/** The call was understood, but the action can't do it. */
const ACTION_STATUS = 422;

type Details = {
  /** complete sentences for the person: what happened */
  text?: string | undefined;
  /** what the person can do about it */
  advice?: string | undefined;
  title?: string | undefined;
  /** may the same call work later? */
  retry?: boolean | undefined;
  /** the invalid field of the call, under the name it was sent with */
  field?: string | undefined;
  outcomes?: Outcome[] | undefined;
  /** the HTTP status, if not that of the code; 422 for an action's own code */
  status?: number | undefined;
  /** response headers that go with the status, such as `allow` with 405 */
  headers?: Record<string, string> | undefined;
  /** the service itself answered, not a proxy: it is not still working on the request */
  isAnswered?: boolean | undefined;
  cause?: unknown;
};

export class Failure extends Error {
  override readonly name = "Failure";
  readonly code: FailureCode | ActionCode;
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly isAnswered: boolean;
  readonly reply: Failed;

  constructor(code: FailureCode, details: Details);
  /** A code of the action's own needs a title. */
  constructor(code: string, details: Details & { title: string });
  constructor(code: string, details: Details) {
    const [status, title] = isFailureCode(code) ? FAILURES[code] : [ACTION_STATUS, code];
    super(details.text ?? details.title ?? title, { cause: details.cause });
    if (!isFailureCode(code) && !isActionCode(code)) throw new TypeError(`"${code}" is not kebab-case`);
    this.code = code;
    this.status = details.status ?? status;
    this.headers = details.headers ?? {};
    this.isAnswered = details.isAnswered ?? false;
    this.reply = {
      kind: "failed",
      code,
      title: details.title ?? title,
      text: details.text,
      advice: details.advice,
      retry: details.retry,
      field: details.field,
      outcomes: details.outcomes,
    };
  }
}

/** Turns a failed reply that another part of the worker returned back into a Failure. */
export function restoreFailure(reply: Failed): Failure {
  const isValid = isFailureCode(reply.code) || isActionCode(reply.code);
  return new Failure(isValid ? reply.code : "internal-error", reply);
}

/**
 * Turns anything thrown into a Failure. An unexpected error becomes its cause, for the log only.
 */
export function toFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  const limit = findPlatformLimit(thrown);
  if (limit !== undefined) return limit;
  return new Failure("internal-error", {
    text: "This is not your fault, and nothing is wrong with what you selected.",
    advice: "Tell your pipeline TD the run id; the log has the cause.",
    cause: thrown,
  });
}

/**
 * Cloudflare limits the requests per call (50 on the free plan) and throws at the next one, which
 * is never sent. Clients check for this before they blame the service they called.
 * @see https://developers.cloudflare.com/workers/platform/limits/#subrequests
 */
export function findPlatformLimit(cause: unknown): Failure | undefined {
  if (!/too many subrequests/i.test(String(cause))) return undefined;
  return new Failure("platform-limit", {
    text: "The action server reached Cloudflare's limit of requests for one call.",
    advice: "Run the action on fewer tasks. Your TD can raise the limit with a paid plan of Cloudflare Workers.",
    cause,
  });
}

/** The cause of a failure as text for the log: a stack if there is one. */
export function describeCause(cause: unknown): string | undefined {
  if (cause === undefined) return undefined;
  if (!(cause instanceof Error)) return typeof cause === "string" ? cause : JSON.stringify(cause);
  const below = describeCause(cause.cause);
  return `${cause.stack ?? `${cause.name}: ${cause.message}`}${below ? `\ncaused by ${below}` : ""}`;
}

export function missingBinding(name: string, className: string): Failure {
  return new Failure("not-configured", {
    text: `This needs the Durable Object ${className}, but wrangler.toml has no binding ${name}.`,
    advice: "Copy [[durable_objects.bindings]] and [[migrations]] from this version's wrangler.toml, and deploy again.",
  });
}
