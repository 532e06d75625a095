// A run's call as a command line, for whoever wants to see it happen again. It has no secret in it: what proves who calls is a variable of the shell.
import type { RunRecord } from "../storage/run-record.ts";
import { callFields } from "./ask-page.ts";

/** Linux takes 128 KiB in one argument. */
const ARGUMENT_MAX_CHARS = 100_000;

const PROOFS: Readonly<Record<string, string[]>> = {
  session: ["-b", '"access_token_cookie=$KITSU_SESSION"'],
  access: ["-H", '"cf-access-token: $ACCESS_TOKEN"'],
};

/**
 * Nothing where the call was not understood, is too long for a command line, or took an earlier run back.
 * @param kitsuUrl whose page the call came from, as far as the action server looks
 */
export function makeCurl(
  { action, arrived, call, person }: RunRecord,
  base: string,
  kitsuUrl: string,
): string | undefined {
  if (call === undefined || call.changeOf !== undefined) return undefined;
  const { params, input, form } = call;
  const isLink = arrived.method === "GET";
  const query = new URLSearchParams({ ...params, ...(isLink && callFields(call)) }).toString();
  const url = `${base}/actions/${encodeURIComponent(action)}${query && `?${query}`}`;
  const body = JSON.stringify({
    ...callFields(call),
    ...(input !== undefined && { input }),
    ...(form !== undefined && { form }),
  });
  const send = isLink ? [] : ["-H", quote("content-type: application/json"), "-d", quote(body)];
  const origin = ["-H", quote(`origin: ${new URL(kitsuUrl).origin}`)];
  const words = [
    quote(url),
    ...origin,
    "-H",
    quote("accept: application/json"),
    ...(PROOFS[person?.trust ?? ""] ?? []),
    ...send,
  ];
  return words.some((word) => word.length > ARGUMENT_MAX_CHARS) ? undefined : ["curl", ...words].join(" ");
}

/** One word for a POSIX shell, whatever is in it. */
const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
