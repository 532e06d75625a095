// `GET /runs/person.json`: the complete records of a person's runs as one JSON document, written as
// they are read. Whatever ends it early, its last members say so, and where it continues.
import { streamText } from "../format/stream-text.ts";
import type { RequestContext } from "../request/request-context.ts";
import { keyOf, LOG_PREFIX } from "../storage/run-key.ts";
import { linkRun } from "../storage/run-links.ts";
import { readRecord } from "../storage/run-log.ts";
import { formatPosition, type Position, parsePosition, type SearchResult, searchRuns } from "../storage/search-runs.ts";
import { localizeRecord } from "./localize-record.ts";
import { readLogQuery, withCursor } from "./log-query.ts";
import { makePersonSearch } from "./person-data.ts";

/**
 * KV allows 1,000 operations for a request. With `limit`, a part is one list, because Cloudflare's
 * free plan has CPU time for no more.
 */
const LISTS_MAX = 200;
const RECORDS_MAX = 700;
/** Cloudflare opens at most six connections at once. */
const READ_AT_ONCE = 5;

/** @param key which person */
export async function streamPersonData(key: string, context: RequestContext) {
  const parts = writeParts(key, context);
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

async function* writeParts(key: string, context: RequestContext): AsyncGenerator<string, void> {
  const { env, url } = context;
  const { cursor, limit } = readLogQuery(url);
  const [recordsMax, listsMax] = limit === undefined ? [RECORDS_MAX, LISTS_MAX] : [limit, 1];
  const { test, ids } = makePersonSearch(key);
  let from: Position | undefined = cursor === undefined ? { searched: 0, after: LOG_PREFIX } : parsePosition(cursor);
  let records = 0;
  const read = () => searchRuns(env, { test }, from, { runs: recordsMax - records, lists: 1 });
  let result: SearchResult | undefined = await read();
  yield `{"person":${JSON.stringify(key)},"runs":[`;
  for (let lists = 1; result !== undefined; lists += 1) {
    const { found, next }: Pick<SearchResult, "found" | "next"> = result;
    for (let index = 0; index < found.length; index += READ_AT_ONCE) {
      const batch = found.slice(index, index + READ_AT_ONCE);
      const texts = await Promise.all(batch.map(({ run }) => writeRecord(run, context))).catch(() => undefined);
      if (texts === undefined) return yield writeEnd(url, from, ids);
      const present = texts.filter((text) => text !== "");
      yield present.map((text, at) => `${records + at === 0 ? "" : ","}\n${text}`).join("");
      records += present.length;
      const last = batch.at(-1)?.run;
      if (last !== undefined) from = { searched: 0, after: keyOf(last.at, last.id), cursor: from?.cursor };
    }
    from = next;
    const mayGoOn: boolean = next !== undefined && lists < listsMax && records < recordsMax;
    result = mayGoOn ? await read().catch(() => undefined) : undefined;
  }
  yield writeEnd(url, from, ids);
}

/** "" if the run is no longer in the log. */
async function writeRecord({ id, at }: { id: string; at: number }, { env, base, reader }: RequestContext) {
  const record = await readRecord(env, keyOf(at, id));
  return record === undefined
    ? ""
    : JSON.stringify({ ...localizeRecord(record, { reader, base }), run: linkRun(base, id, at) });
}

/** @param ids who else had runs with the address, see `makePersonSearch` */
function writeEnd(url: URL, next: Position | undefined, ids: ReadonlySet<string>): string {
  const others = ids.size > 0 ? { ids: [...ids] } : {};
  const continued = next && { next: withCursor(url, formatPosition(next)) };
  return `\n],${JSON.stringify({ complete: next === undefined, ...continued, ...others }).slice(1)}\n`;
}
