// The one place where a thrown thing becomes a failed Reply. Whoever wants to tell the person something throws a Failure; anything
// else that is thrown is a fault of ours: the person gets a run id to quote, the log gets the cause.
import type { Failed, Outcome } from "../contract.ts";

/** Every code a failed Reply of this worker can carry, with its HTTP status and title. Codes are stable: studios may test for them. */
const FAILURES = {
  "origin-not-allowed": [403, "This page may not run actions"],
  "sign-in-required": [401, "Sign in to read the log"],
  "sign-in-refused": [403, "That is not the log token"],
  "log-closed": [403, "The log has no token yet"],
  "unknown-action": [404, "There is no such action"],
  "unknown-run": [404, "No such run is known"],
  "never-ran": [410, "It did not run"],
  "run-interrupted": [500, "The run was interrupted"],
  "too-much-to-keep": [413, "The run is too large to be stored"],
  "log-unreachable": [503, "The log can't be read at the moment"],
  "unknown-page": [404, "There is nothing at this address"],
  "method-not-allowed": [405, "This action can't be called that way"],
  "unsupported-media-type": [415, "This kind of body can't be read"],
  "body-too-large": [413, "The call is too large"],
  "invalid-call": [400, "The call can't be understood"],
  "invalid-filter": [400, "The log can't be filtered like that"],
  "empty-selection": [422, "No task is selected"],
  "target-unreachable": [502, "The studio's server can't be reached"],
  "target-timeout": [504, "The studio's server did not answer in time"],
  "target-answer-too-large": [502, "The studio's server sent too large an answer"],
  "target-answer-broken": [502, "The studio's server did not finish its answer"],
  "target-refused": [502, "The studio's server refused"],
  "kitsu-unreachable": [502, "Kitsu can't be reached"],
  "kitsu-timeout": [504, "Kitsu did not answer in time"],
  "kitsu-broken": [502, "Kitsu did not answer as it should"],
  "kitsu-token-refused": [502, "Kitsu refused our account"],
  "kitsu-forbidden": [403, "Kitsu does not allow this"],
  "kitsu-second-factor": [403, "Kitsu wants two-factor authentication set up first"],
  "kitsu-busy": [503, "Kitsu has too much to do"],
  "kitsu-unknown": [404, "Kitsu does not know this"],
  "kitsu-refused": [409, "Kitsu refused"],
  "kitsu-version": [502, "This version of Kitsu does not have that"],
  "farm-unreachable": [502, "The render farm can't be reached"],
  "farm-broken": [502, "The render farm did not answer as it should"],
  "farm-refused": [409, "The render farm refused"],
  "render-failed": [502, "Nothing was rendered"],
  "person-not-accepted": [403, "We can't tell who you are"],
  "access-unreachable": [502, "Cloudflare Access can't be reached"],
  "not-allowed": [403, "You may not run this action on these tasks"],
  "nothing-to-do": [422, "There is nothing to do"],
  "too-many-calls": [429, "Too many calls at once"],
  "already-submitted": [409, "This was already submitted"],
  "signature-refused": [401, "The signature is wrong"],
  "report-early": [404, "The report comes too early"],
  "report-refused": [409, "The report comes too late"],
  "run-over": [409, "This run is over"],
  "undo-over": [410, "It is too late to take this back"],
  "ticket-unknown": [404, "There is no such ticket"],
  "ticket-used": [410, "This ticket was taken already"],
  "ticket-foreign": [403, "This ticket is for somebody else"],
  "loan-over": [404, "This is no longer available"],
  "platform-limit": [503, "The action needs more requests than Cloudflare allows"],
  "time-limit": [504, "The action took too long"],
  "not-configured": [500, "The action server is not set up yet"],
  "internal-error": [500, "Something went wrong in the action server"],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type FailureCode = keyof typeof FAILURES;

export const FAILURE_CODES = Object.keys(FAILURES).filter((code): code is FailureCode => code in FAILURES);

type Details = {
  /** complete sentences for the person: what happened, built from facts */
  text?: string | undefined;
  /** what the person can do about it */
  advice?: string | undefined;
  title?: string | undefined;
  /** may the same call work later? */
  retry?: boolean | undefined;
  /** the field of the call that is at fault, under the name it arrived with */
  field?: string | undefined;
  outcomes?: Outcome[] | undefined;
  status?: number | undefined;
  /** response headers that belong to the status, as `allow` does to 405 */
  headers?: Record<string, string> | undefined;
  /** whoever was asked has answered it themselves, so that nothing of it goes on there */
  isAnswered?: boolean | undefined;
  cause?: unknown;
};

export class Failure extends Error {
  override readonly name = "Failure";
  readonly code: FailureCode;
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly isAnswered: boolean;
  readonly reply: Failed;

  constructor(code: FailureCode, details: Details) {
    const [status, title] = FAILURES[code];
    super(details.text ?? details.title ?? title, { cause: details.cause });
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

/** A failed reply of ours that came from elsewhere in the worker as data. */
export function restoreFailure(reply: Failed): Failure {
  const code = FAILURE_CODES.find((one) => one === reply.code) ?? "internal-error";
  return new Failure(code, reply);
}

/** Anything thrown, as a Failure. What is not one already keeps itself as the cause, for the log alone. */
export function toFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  const limit = findPlatformLimit(thrown);
  if (limit !== undefined) return limit;
  return new Failure("internal-error", {
    text: "It is not your fault and nothing you selected is wrong.",
    advice: "Tell your pipeline TD the run id; the log has the cause.",
    cause: thrown,
  });
}

/**
 * Cloudflare lets a call make so many requests, 50 on its free plan, and throws where it would send one more. Nothing is wrong with whoever was to be
 * asked, who never was: clients look for this before they say so.
 * @see https://developers.cloudflare.com/workers/platform/limits/#subrequests
 */
export function findPlatformLimit(cause: unknown): Failure | undefined {
  if (!/too many subrequests/i.test(String(cause))) return undefined;
  return new Failure("platform-limit", {
    text: "Cloudflare allows this action server no more requests for one call.",
    advice:
      "Run the action on fewer tasks. Your TD can raise the limit: the paid plan of Cloudflare Workers allows more.",
    cause,
  });
}

/** The cause of a failure in words, for the log: a stack where there is one, a thrown string as it is. */
export function describeCause(cause: unknown): string | undefined {
  if (cause === undefined) return undefined;
  if (!(cause instanceof Error)) return typeof cause === "string" ? cause : JSON.stringify(cause);
  const below = describeCause(cause.cause);
  return `${cause.stack ?? `${cause.name}: ${cause.message}`}${below ? `\ncaused by ${below}` : ""}`;
}

export function missingBinding(name: string, className: string): Failure {
  return new Failure("not-configured", {
    text: `This needs the Durable Object ${className}, and wrangler.toml has no binding ${name}.`,
    advice:
      "Take [[durable_objects.bindings]] and [[migrations]] from the wrangler.toml of this version, and deploy again.",
  });
}
