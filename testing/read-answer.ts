// Reads an answer of the worker, as JSON or as a page. A page is for people, so what it shows is
// read from the run.
import * as v from "valibot";
import { Reply, Run } from "../contract.ts";
import { localizeAll } from "../worker/format/localize.ts";
import { ENGLISH } from "../worker/format/reader.ts";
import { readSettings } from "../worker/settings/settings.ts";
import { RUN_PARAMETER, readTime } from "../worker/storage/run-links.ts";
import { readRunRecord } from "../worker/storage/run-log.ts";
import { RunRecord } from "../worker/storage/run-record.ts";
import { LOG_TOKEN } from "./environment.ts";
import { type Sender, send } from "./send.ts";

const Answer = v.object({ run: v.optional(Run), reply: Reply });
/** A run, if there is one, and its reply. */
export type RunAnswer = v.InferOutput<typeof Answer>;

const JSON_HEADERS = { accept: "application/json", authorization: `Bearer ${LOG_TOKEN}` };

/**
 * @param base the worker's address
 * @param url where the call was sent, which names the run
 */
export async function readPage(
  sender: Sender,
  base: string,
  url: string,
  response: Response,
): Promise<{ answer: RunAnswer; page?: string }> {
  if (response.headers.get("content-type")?.includes("json")) return { answer: parseAnswer(await response.json()) };
  const page = await response.text();
  const location = new URL(response.headers.get("location") ?? url, url);
  if (location.searchParams.has("key")) {
    // The page of a run that continues.
    location.pathname += "/follow";
    return { page, answer: parseAnswer(await readJson(sender, location.href)) };
  }
  const id = new URL(url).searchParams.get(RUN_PARAMETER);
  return { page, answer: parseAnswer(await readJson(sender, `${base}/runs/${id}`)) };
}

/**
 * The run's record as the log has it. The page of a run that has just ended shows what its Durable
 * Object knows instead.
 * @param url of the run's page
 */
export async function readRecord({ environment }: Sender, id: string, url: string): Promise<RunRecord> {
  const at = readTime(new URL(url));
  if (at === undefined) throw new Error(`There is no time in ${url}`);
  const record = await readRunRecord(environment, readSettings(environment), id, at);
  return v.parse(RunRecord, localizeAll(record, ENGLISH));
}

async function readJson(sender: Sender, url: string): Promise<unknown> {
  return (await send(sender, url, { headers: JSON_HEADERS })).json();
}

const parseAnswer = (body: unknown): RunAnswer => v.parse(Answer, body);
