// The one place where a thrown error becomes a failed Reply. Throw a Failure to tell the person
// what went wrong. Anything else that is thrown is a bug: the person gets a run id to quote, and
// the log gets the cause.
import { toEnglish } from "./localize.ts";
import { message, type Text } from "./message.ts";
import type { Failed, Outcome } from "./reply.ts";

/**
 * The worker's own codes, with their HTTP status. Codes are stable: studios may test for them. The
 * title of each is in messages/, under "failure".
 */
const FAILURES = {
  "origin-not-allowed": 403,
  "sign-in-required": 401,
  "sign-in-refused": 403,
  "log-closed": 403,
  "unknown-action": 404,
  "unknown-run": 404,
  "never-ran": 410,
  "run-interrupted": 500,
  "too-much-to-keep": 413,
  "log-unreachable": 503,
  "unknown-page": 404,
  "method-not-allowed": 405,
  "unsupported-media-type": 415,
  "body-too-large": 413,
  "invalid-call": 400,
  "invalid-filter": 400,
  "empty-selection": 422,
  "target-unreachable": 502,
  "target-timeout": 504,
  "target-answer-too-large": 502,
  "target-answer-broken": 502,
  "target-refused": 502,
  "kitsu-unreachable": 502,
  "kitsu-timeout": 504,
  "kitsu-broken": 502,
  "kitsu-token-refused": 502,
  "kitsu-forbidden": 403,
  "kitsu-second-factor": 403,
  "kitsu-busy": 503,
  "kitsu-unknown": 404,
  "kitsu-refused": 409,
  "kitsu-version": 502,
  "farm-unreachable": 502,
  "farm-broken": 502,
  "farm-refused": 409,
  "render-failed": 502,
  "person-not-accepted": 403,
  "access-unreachable": 502,
  "not-allowed": 403,
  "nothing-to-do": 422,
  "too-many-calls": 429,
  "already-submitted": 409,
  "signature-refused": 401,
  "report-early": 404,
  "report-refused": 409,
  "run-over": 409,
  "undo-over": 410,
  "ticket-unknown": 404,
  "ticket-used": 410,
  "ticket-foreign": 403,
  "loan-over": 404,
  "platform-limit": 503,
  "time-limit": 504,
  "not-configured": 500,
  "internal-error": 500,
} as const satisfies Record<string, number>;

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
  text?: Text | undefined;
  /** what the person can do about it */
  advice?: Text | undefined;
  title?: Text | undefined;
  /** may the same call work later? */
  retry?: boolean | undefined;
  /** the invalid field of the call, under the name it was sent with */
  field?: string | undefined;
  outcomes?: Outcome[] | undefined;
  /** the HTTP status, if not that of the code; 422 for an action's own code */
  status?: number | undefined;
  /** response headers that go with the status, such as `allow` with 405 */
  headers?: Record<string, string> | undefined;
  /** the reply, if another server made it: it is shown as it is */
  reply?: Failed | undefined;
  /** the service itself answered, not a proxy: it is not still working on the request */
  isAnswered?: boolean | undefined;
  cause?: unknown;
};

/**
 * Why an action can't be done. Thrown anywhere in an action, it becomes a failed reply.
 *
 * ```ts
 * throw new Failure("disk-full", { title: "The disk is full", advice: "Ask IT for more room." });
 * ```
 */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly code: FailureCode | ActionCode;
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly isAnswered: boolean;
  readonly reply: Failed;

  constructor(code: FailureCode, details: Details);
  /** A code of the action's own needs a title. */
  constructor(code: string, details: Details & { title: Text });
  constructor(code: string, details: Details) {
    const title = details.title ?? (isFailureCode(code) ? message(`failure.${code}`) : code);
    super(toEnglish(details.text ?? title), { cause: details.cause });
    if (!isFailureCode(code) && !isActionCode(code)) throw new TypeError(`"${code}" is not kebab-case`);
    this.code = code;
    this.status = details.status ?? (isFailureCode(code) ? FAILURES[code] : ACTION_STATUS);
    this.headers = details.headers ?? {};
    this.isAnswered = details.isAnswered ?? false;
    this.reply = details.reply ?? {
      kind: "failed",
      code,
      title,
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
    text: message("failures.internalError"),
    advice: message("failures.tellTdRunId"),
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
    text: message("failures.platformLimit"),
    advice: message("failures.fewerTasks"),
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
    text: message("failures.missingBinding", { className, name }),
    advice: message("failures.copyBindings"),
  });
}
