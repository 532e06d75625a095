// `GET /runs/person.json`: the complete records of a person's runs as one JSON document, written as
// they are read. Whatever ends it early, its last members say so, and where it continues.
import { streamText } from "../format/stream-text.ts";
import type { RequestContext } from "../request/request-context.ts";
import { keyOf } from "../storage/run-key.ts";
import { linkRun } from "../storage/run-links.ts";
import { formatPosition, type Position, parsePosition, type SearchResult, searchRuns } from "../storage/search-runs.ts";
import { localizeRecord } from "./localize-record.ts";
import { withCursor } from "./log-query.ts";
import { isRunOf, readRecord } from "./person-data.ts";

/** KV allows 1,000 operations for a request. */
const LISTS_MAX = 200;
const RECORDS_MAX = 700;
/** Cloudflare opens at most six connections at once. */
const READ_AT_ONCE = 5;

/** @param key which person */
export async function streamPersonData(key: string, cursor: string | undefined, context: RequestContext) {
  const parts = writeParts(key, cursor === undefined ? undefined : parsePosition(cursor), context);
  // What fails before the first part fails the request.
  const first = await parts.next();
  return new Response(streamText(first, parts), {
    headers: {
      "cache-control": "no-store",
      "content-type": "application/json",
      "content-disposition": 'attachment; filename="kitsu-actions-person.json"',
    },
  });
}

async function* writeParts(
  key: string,
  start: Position | undefined,
  context: RequestContext,
): AsyncGenerator<string, void> {
  const { env, url } = context;
  const search = { test: isRunOf(key) };
  const read = (from: Position | undefined) => searchRuns(env, search, from, { runs: RECORDS_MAX, lists: 1 });
  let from = start;
  let result: SearchResult | undefined = await read(from);
  let records = 0;
  yield `{"person":${JSON.stringify(key)},"runs":[`;
  for (let lists = 1; result !== undefined; lists += 1) {
    const { found, next }: Pick<SearchResult, "found" | "next"> = result;
    for (let index = 0; index < found.length; index += READ_AT_ONCE) {
      const batch = found.slice(index, index + READ_AT_ONCE);
      const texts = await Promise.all(batch.map(({ run }) => writeRecord(run, context))).catch(() => undefined);
      if (texts === undefined) return yield writeEnd(url, from);
      const present = texts.filter((text) => text !== "");
      yield present.map((text, at) => `${records + at === 0 ? "" : ","}\n${text}`).join("");
      records += present.length;
      const last = batch.at(-1)?.run;
      if (last !== undefined) from = { searched: 0, after: keyOf(last.at, last.id), cursor: from?.cursor };
    }
    from = next;
    const mayGoOn: boolean = next !== undefined && lists < LISTS_MAX && records < RECORDS_MAX;
    result = mayGoOn ? await read(next).catch(() => undefined) : undefined;
  }
  yield writeEnd(url, from);
}

/** "" if the run is no longer in the log. */
async function writeRecord({ id, at }: { id: string; at: number }, { env, base, reader }: RequestContext) {
  const record = await readRecord(env, keyOf(at, id));
  return record === undefined
    ? ""
    : JSON.stringify({ ...localizeRecord(record, { reader, base }), run: linkRun(base, id, at) });
}

const writeEnd = (url: URL, next: Position | undefined): string =>
  `\n],${JSON.stringify({ complete: next === undefined, ...(next && { next: withCursor(url, formatPosition(next)) }) }).slice(1)}\n`;
