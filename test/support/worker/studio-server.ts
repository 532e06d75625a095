// A studio's server behind /actions/publish, beside the Zou of the tests. It verifies signatures as
// a receiver does, with the published library.
import { Webhook } from "standardwebhooks";
import { vi } from "vitest";
import { AJAX_FIELDS, ajax, ask, EDGE } from "./worker.ts";
import { BOT_TOKEN, type FakeZou, openFakeZou } from "./zou.ts";

export const SECRET = `whsec_${btoa("0123456789abcdef0123456789abcdef")}`;
export const TARGET_URL = "https://pipeline.studio.tld/publish";

/** One request that the server received. */
export type Received = { id: string; body: Record<string, unknown>; size: number };

type Answer = Response | Error | ((body: Record<string, unknown>) => Response | Promise<Response>);

export type StudioServer = {
  zou: FakeZou;
  received: Received[];
  /** given in turn; the last one is repeated */
  answers: Answer[];
  variables: Record<string, unknown>;
};

let kitsus = 0;

/** @param answers given in turn; the last one is repeated */
export function openStudioServer(...answers: Answer[]): StudioServer {
  const zou = openFakeZou();
  const askZou = vi.mocked(globalThis.fetch).getMockImplementation();
  const received: Received[] = [];
  const server = { zou, received, answers, variables: {} };
  vi.mocked(globalThis.fetch).mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    if (request.url !== TARGET_URL) return askZou?.(input, init) ?? Response.error();
    const text = await request.text();
    new Webhook(SECRET).verify(text, Object.fromEntries(request.headers));
    const body: Record<string, unknown> = JSON.parse(text);
    received.push({ id: request.headers.get("webhook-id") ?? "", body, size: text.length });
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer instanceof Error || answer === undefined) throw answer;
    return answer instanceof Response ? answer.clone() : answer(body);
  });
  // The worker remembers Kitsu's tables by its address.
  kitsus += 1;
  server.variables = {
    FORWARD_TARGETS: { publish: { url: TARGET_URL, title: "Publish" } },
    FORWARD_SECRET: SECRET,
    KITSU_TOKEN: BOT_TOKEN,
    KITSU_API: `https://kitsu.studio.tld/studio-${kitsus}/api`,
  };
  return server;
}

type Caller = { id: string; email: string | null };

/** What a person's browser claims, with these tasks selected. */
export const claim = ({ id, email }: Caller, selection: readonly string[] = []) => ({
  ...AJAX_FIELDS,
  userid: id,
  useremail: email,
  selection,
});

export const callAs = (
  { variables }: StudioServer,
  caller: Caller,
  selection: readonly string[],
  headers: Record<string, string> = {},
): Promise<Response> => ask("/actions/publish", ajax(claim(caller, selection), headers), variables);

/** Clicks a button of a run. */
export const click = ({ variables }: StudioServer, caller: Caller, url: string | undefined): Promise<Response> =>
  ask((url ?? "").replace(EDGE, ""), ajax(claim(caller)), variables);

/** The headers of a signed request. */
export const sign = (id: string, body: string, { secret = SECRET, at = new Date() } = {}) => ({
  "webhook-id": id,
  "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
  "webhook-signature": new Webhook(secret).sign(id, at, body),
});

let reports = 0;

/** Reports on the run of the first call that the server received. */
export function report({ received, variables }: StudioServer, reply: unknown, at?: Date): Promise<Response> {
  const run = Object(received[0]?.body.run);
  const body = JSON.stringify(reply);
  reports += 1;
  const headers = { "content-type": "application/json", ...sign(`${run.id}-${reports}`, body, { at }) };
  return ask(String(run.progress).replace(EDGE, ""), { method: "POST", headers, body }, variables);
}
