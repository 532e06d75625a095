// Sends requests to the worker's fetch handler, with the settings that the test chooses.
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as v from "valibot";
import { type Answer, Reply, Run } from "../../../contract.ts";
import worker from "../../../worker/main.ts";
import type { Env } from "../../../worker/settings/settings.ts";
import { checkDescribed } from "./description.ts";
import { checkHelp } from "./help.ts";

export const KITSU = "https://kitsu.studio.tld";
export const EDGE = "https://edge.studio.tld";
export const TASK = "0d6e1f9a-3c1b-4f0e-9a55-8b1f6c2d7e01";
export const OTHER_TASK = "5b2c7d11-9e0f-4a3b-8c6d-1f2e3d4c5b6a";
export const ADA = "9a8b7c6d-5e4f-4a3b-9c2d-1e0f9a8b7c6d";
export const PROJECT = "1c2d3e4f-5a6b-4c7d-8e9f-0a1b2c3d4e5f";

export const VARIABLES = { KITSU_URL: KITSU, LOG_TOKEN: "sesame-open-sesame" };

/** The bindings and variables that wrangler would pass to the worker. */
export const makeEnv = (variables: Record<string, unknown> = {}): Env => ({
  RUNS: env.RUNS,
  RUN_COORDINATORS: env.RUN_COORDINATORS,
  TEMPORARY_LINKS: env.TEMPORARY_LINKS,
  LOCKS: env.LOCKS,
  LONG_RUNS: env.LONG_RUNS,
  ACTION_USE: env.ACTION_USE,
  ...VARIABLES,
  ...variables,
});

/** A request as Cloudflare passes it to the worker. */
export const arrive = (path: string, init: RequestInit = {}): Request<unknown, IncomingRequestCfProperties> =>
  new Request<unknown, IncomingRequestCfProperties>(new Request(new URL(path, EDGE), init).clone());

/** Sends a request, and waits also for the work that continues after the response. */
export async function ask(
  path: string,
  init: RequestInit = {},
  variables: Record<string, unknown> = {},
): Promise<Response> {
  const ctx = createExecutionContext();
  const request = arrive(path, init);
  const response = await worker.fetch(request, makeEnv(variables), ctx);
  // A clone of any other body would have to be read.
  const isJson = response.headers.get("content-type")?.startsWith("application/json");
  const { method, url } = request;
  const { pathname } = new URL(url);
  const { BASE_PATH: base = "" } = { BASE_PATH: "", ...variables };
  await checkDescribed(method, pathname.slice(String(base).length), isJson ? response.clone() : response);
  if (isJson && response.body !== null) checkHelp(await response.clone().json());
  await waitOnExecutionContext(ctx);
  return response;
}

/** The fields that Kitsu's AJAX mode sends, in its order. */
export const AJAX_FIELDS = {
  entitytype: "shot",
  originurl: `/productions/${PROJECT}/shots`,
  originserver: "kitsu.studio.tld",
  selection: [TASK, OTHER_TASK],
  productionid: PROJECT,
  userid: ADA,
  useremail: "ada@studio.tld",
};

/** The fields that Kitsu's form mode sends, in its order. */
export const FORM_FIELDS = {
  personid: ADA,
  personemail: "ada@studio.tld",
  projectid: PROJECT,
  currentpath: `/productions/${PROJECT}/shots`,
  currentserver: "kitsu.studio.tld",
  selection: `${TASK},${OTHER_TASK}`,
  entitytype: "shot",
};

/** The fields that say who calls: Ada, and somebody who has nothing to do with her runs. */
export const ADA_FORM = { personid: ADA, personemail: AJAX_FIELDS.useremail };
const EVE = "11111111-2222-4333-8444-555555555555";
export const EVE_AJAX = { userid: EVE, useremail: "eve@studio.tld" };
export const EVE_FORM = { personid: EVE, personemail: EVE_AJAX.useremail };

/** Headers of a reader of the log. */
export const READER = { authorization: `Bearer ${VARIABLES.LOG_TOKEN}` };

const BROWSER_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/** A POST as superagent sends it in Kitsu's page. */
export const ajax = (fields: unknown = AJAX_FIELDS, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  headers: { accept: "*/*", "content-type": "application/json", origin: KITSU, ...headers },
  body: typeof fields === "string" ? fields : JSON.stringify(fields),
});

/** A POST as a browser sends it when Kitsu submits its form. */
export const form = (
  fields: Record<string, string> | string[][] = FORM_FIELDS,
  headers: Record<string, string> = {},
): RequestInit => ({
  method: "POST",
  headers: { accept: BROWSER_ACCEPT, "content-type": "application/x-www-form-urlencoded", origin: KITSU, ...headers },
  body: new URLSearchParams(fields).toString(),
});

const Body = v.object({ version: v.literal(1), run: v.optional(Run), reply: Reply });

/** The answer in a response. Fails the test if there is none. */
export const readAnswer = async (response: Response): Promise<Answer> => v.parse(Body, await response.json());

/** The reply in a response. Fails the test unless it is a failed one. */
export async function readFailed(response: Response) {
  const { reply } = await readAnswer(response);
  if (reply.kind !== "failed") throw new Error(`Expected a failed reply, got ${JSON.stringify(reply)}`);
  return reply;
}

/** The records in the log, newest first, as KV stores them. */
export async function readLog(): Promise<Record<string, unknown>[]> {
  const { keys } = await env.RUNS.list({ prefix: "run/" });
  const records = await Promise.all(keys.map(({ name }) => env.RUNS.get<Record<string, unknown>>(name, "json")));
  return records.filter((record) => record !== null);
}
