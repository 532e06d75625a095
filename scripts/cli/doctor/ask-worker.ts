// Asks the deployed worker for its diagnosis. Throws a CliError that says why there is none.
import * as v from "valibot";
import { Diagnosis } from "../../../worker/doctor/finding.ts";
import { accessHeaders } from "../../access-headers.ts";
import { CliError } from "../../cli-error.ts";
import { describeRefusal } from "../../describe-refusal.ts";
import { credentials } from "../calls/request.ts";

/** Longer than the checks of the worker may take. */
const LIMIT_MS = 45_000;

const failure = (sentence: string, cause?: unknown) => new CliError(sentence, { exitCode: 2, cause });

export async function askWorker(worker: string, logToken: string | undefined): Promise<Diagnosis> {
  const address = `${worker}/doctor.json`;
  const response = await fetch(address, {
    headers: {
      accept: "application/json",
      ...authorization(logToken),
      ...accessHeaders(process.env),
      ...credentials(process.env),
    },
    redirect: "manual",
    signal: AbortSignal.timeout(LIMIT_MS),
  }).catch((cause: unknown) => {
    throw failure(`The worker at ${worker} can't be reached: ${describeCause(cause)}. Is the address right?`, cause);
  });
  const { status } = response;
  const body: unknown = await response.json().catch(() => undefined);
  const parsed = v.safeParse(Diagnosis, body);
  if (response.ok && parsed.success) return parsed.output;
  switch (status) {
    case 401:
      throw failure(
        logToken === undefined
          ? "Set LOG_TOKEN, or LOG_TOKEN_FILE, to the token of the worker's log."
          : "The worker has another LOG_TOKEN. Set it here to the same, or set a new one: npx wrangler secret put LOG_TOKEN",
      );
    case 403:
      throw failure("The worker has no LOG_TOKEN, so it tells nobody. Set one: npx wrangler secret put LOG_TOKEN");
    case 404:
      throw failure(
        `${worker} has no doctor. Is this the worker's address, and is this version deployed there? A proxy in front of it must pass on the whole path: in nginx, proxy_pass is without a path, and without a "/" at its end.`,
      );
    default:
      throw failure(`${address} did not answer with a diagnosis: ${describeRefusal(worker, response, body)}`);
  }
}

const authorization = (logToken: string | undefined) =>
  logToken === undefined ? {} : { authorization: `Bearer ${logToken}` };

const Caused = v.object({ cause: v.object({ message: v.string() }) });

/** undici puts the reason, such as "getaddrinfo ENOTFOUND", below. */
function describeCause(cause: unknown): string {
  const caused = v.safeParse(Caused, cause);
  return caused.success && caused.output.cause.message ? caused.output.cause.message : String(cause);
}
