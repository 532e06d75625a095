// A run's call as a curl command that repeats it. It contains no secrets: the credentials are shell
// variables.
import type { RunRecord } from "../storage/run-record.ts";
import { callFields } from "./ask-page.ts";

/** Linux limits an argument to 128 KiB. A longer body is read from the lines that follow. */
const ARGUMENT_MAX_CHARS = 100_000;

const CREDENTIALS: Readonly<Record<string, string[]>> = {
  session: ["-b", '"access_token_cookie=$KITSU_SESSION"'],
  access: ["-H", '"cf-access-token: $ACCESS_TOKEN"'],
};

/**
 * Undefined if the call could not be parsed, is too long for an address, or changes an earlier run
 * (undo, cancel).
 * @param kitsuUrl sent as the origin, which the action server checks
 */
export function makeCurl(
  { action, arrived, call, person }: RunRecord,
  base: string,
  kitsuUrl: string,
): string | undefined {
  if (call === undefined || call.changeOf !== undefined) return undefined;
  const { params, input, form } = call;
  const isLink = arrived.method === "GET";
  const credentials = CREDENTIALS[person?.trust ?? ""];
  // A session says who calls, and is the reader's: it must not contradict the call.
  const fields = callFields(credentials === undefined ? call : { ...call, person: {} });
  const query = new URLSearchParams({ ...params, ...(isLink && fields) }).toString();
  const url = `${base}/actions/${encodeURIComponent(action)}${query && `?${query}`}`;
  const body = JSON.stringify({
    ...fields,
    ...(input !== undefined && { input }),
    ...(form !== undefined && { form }),
  });
  const isLong = body.length > ARGUMENT_MAX_CHARS;
  const data = isLong ? `@- <<'END'\n${body}\nEND` : quote(body);
  const send = isLink ? [] : ["-H", quote("content-type: application/json"), "-d", data];
  const origin = ["-H", quote(`origin: ${new URL(kitsuUrl).origin}`)];
  const words = [quote(url), ...origin, "-H", quote("accept: application/json"), ...(credentials ?? []), ...send];
  return url.length > ARGUMENT_MAX_CHARS ? undefined : ["curl", ...words].join(" ");
}

/** The command that sends the call to a worker on the reader's own machine, as a dry run. */
export const makeReplay = (runUrl: string) =>
  `npx kitsu-actions replay ${quote(runUrl)} --against http://localhost:8787`;

/** Quotes any text as one word for a POSIX shell. */
const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
