/**
 * The studio's own server, which the worker forwards calls to. It accepts only calls that are
 * signed with the secret it shares with the worker (Standard Webhooks), and gives every kind of
 * answer that such servers give.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { Webhook, WebhookVerificationError } from "standardwebhooks";
import * as v from "valibot";
import { labelTask, TASKS } from "./data.ts";
import { type LongWork, openLongWork } from "./long-work.ts";
import { readBody } from "./request-body.ts";

const SLOW_MS = 40_000;

/** What the worker forwards, as far as this server needs it. */
const Forwarded = v.object({
  type: v.fallback(v.string(), "call"),
  run: v.object({ id: v.string(), progress: v.fallback(v.string(), "") }),
  data: v.fallback(v.object({ count: v.number() }), { count: 0 }),
  call: v.fallback(v.object({ selection: v.fallback(v.array(v.string()), []) }), { selection: [] }),
});
type Forwarded = v.InferOutput<typeof Forwarded>;

type Answer = { status: number; type?: string; body?: string; location?: string; afterMs?: number };

export type Studio = (behaviour: string, request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * @param secret shared with the worker, in the format of Standard Webhooks: `whsec_` and base64
 * @param home the page a redirect leads to
 */
export function openStudio(secret: string, home: string): Studio {
  const webhook = new Webhook(secret);
  const work = openLongWork(webhook);
  return async (behaviour, request, response) => {
    const body = await readBody(request);
    const answer =
      request.method === "POST"
        ? (verify(webhook, body, request) ?? decide(behaviour, body, home, work))
        : check(behaviour, verify(webhook, "", request), request);
    if (answer.afterMs) await sleep(answer.afterMs, undefined, { ref: false });
    response.writeHead(answer.status, {
      ...(answer.type && { "content-type": answer.type }),
      ...(answer.location && { location: answer.location }),
      ...(request.method === "OPTIONS" && { allow: "GET, POST" }),
    });
    response.end(answer.body);
  };
}

function verify(webhook: Webhook, body: string, request: IncomingMessage): Answer | undefined {
  const headers = Object.fromEntries(
    ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => [name, String(request.headers[name] ?? "")]),
  );
  try {
    webhook.verify(body, headers, { jsonParse: false });
    return undefined;
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    return problem(401, "Not signed by the action server", error.message);
  }
}

/** `GET`, signed: does it have the same secret? Nothing is done. */
function check(behaviour: string, refusal: Answer | undefined, { method }: IncomingMessage): Answer {
  if (!ANSWERS.has(behaviour)) return unknown(behaviour);
  if (method === "OPTIONS") return { status: 204 };
  return method === "GET" ? (refusal ?? { status: 204 }) : problem(405, "Not allowed", "Calls are sent with POST.");
}

function decide(behaviour: string, body: string, home: string, work: LongWork): Answer {
  const forwarded = v.safeParse(Forwarded, parseJson(body));
  if (!forwarded.success) return problem(400, "Not a forwarded call", v.summarize(forwarded.issues));
  const { type, run, data } = forwarded.output;
  if (type === "undo") return json(200, deleteCaches(data.count));
  if (type !== "call") {
    const reply = work.control(run.id, type);
    return reply ? json(200, reply) : problem(409, "It has ended", "There is nothing left to stop.");
  }
  const answer = ANSWERS.get(behaviour);
  return answer ? answer(forwarded.output, home, work) : unknown(behaviour);
}

const ANSWERS = new Map<string, (forwarded: Forwarded, home: string, work: LongWork) => Answer>([
  ["reply", (forwarded) => json(200, publish(forwarded.call.selection))],
  [
    "problem",
    () =>
      problem(409, "The delivery folder is locked", "Bruno Keller has been delivering since 14:02. Ask him, or wait."),
  ],
  ["message", (forwarded) => json(200, { message: `Djibril Sow was notified about ${count(forwarded)}.` })],
  [
    "text",
    (forwarded) => ({ status: 200, type: "text/plain; charset=utf-8", body: `Tidied up ${count(forwarded)}. 🧹\n` }),
  ],
  ["html", (forwarded) => ({ status: 200, type: "text/html; charset=utf-8", body: report(forwarded.call.selection) })],
  ["redirect", (_, home) => ({ status: 303, location: home })],
  ["nothing", () => ({ status: 204 })],
  [
    "long",
    ({ run, call }, _, work) => json(200, work.start(run, new Map(call.selection.map((id) => [id, labelOf(id)])))),
  ],
  ["slow", () => ({ ...json(200, { message: "The cloth is simulated." }), afterMs: SLOW_MS })],
]);

const unknown = (behaviour: string) => problem(404, "Unknown behaviour", `There is no /studio/${behaviour}.`);

const json = (status: number, value: unknown): Answer => ({
  status,
  type: "application/json",
  body: JSON.stringify(value),
});

/** Problem details, RFC 9457. */
function problem(status: number, title: string, detail: string): Answer {
  return {
    status,
    type: "application/problem+json",
    body: JSON.stringify({ type: "about:blank", title, status, detail }),
  };
}

function count(forwarded: Forwarded): string {
  const { length } = forwarded.call.selection;
  return length === 1 ? "1 task" : `${length} tasks`;
}

/** A usual publish: most succeed, some have nothing to publish, one fails. */
function publish(selection: readonly string[]) {
  const outcomes = selection.map((id, index) => {
    const label = labelOf(id);
    if (index % 7 === 3) return { id, label, state: "failed", reason: "The scene has unsaved references." };
    return index % 3 === 2
      ? { id, label, state: "skipped", reason: "Nothing new since v003." }
      : { id, label, state: "done" };
  });
  const done = outcomes.filter(({ state }) => state === "done");
  return {
    version: 1,
    reply: {
      kind: "done",
      severity: done.length === outcomes.length ? "success" : "warning",
      title: `${done.length} of ${outcomes.length} published`,
      text: "The files are on the studio's server.",
      outcomes,
      tables: [
        { title: "Files", columns: ["File", "MB"], rows: done.map(({ label }, index) => [fileOf(label), 12 + index]) },
      ],
      links: [{ label: "How publishing works", url: "https://kitsu.cg-wire.com/" }],
      effects: [
        { kind: "copy", text: done.map(({ label }) => `/prod/${fileOf(label)}`).join("\n"), label: "Copy the paths" },
      ],
    },
  };
}

/** Undoes the long work. */
const deleteCaches = (count: number) => ({ kind: "done", severity: "success", title: `${count} caches were deleted` });

function report(selection: readonly string[]): string {
  const items = selection.map((id) => `<li>${escapeHtml(labelOf(id))}</li>`).join("");
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Report of the day</title>
<body style="font-family: sans-serif; margin: 2rem"><h1>Report of the day</h1><p>Written by the studio's server.</p>
<ul>${items}</ul><p id="script">Scripts on this page do not run here.</p>
<script>document.getElementById("script").textContent = "Scripts on this page run here."</script></body></html>`;
}

function labelOf(id: string): string {
  const task = TASKS.find((candidate) => candidate.id === id);
  return task ? labelTask(task) : `Unknown task ${id}`;
}

const fileOf = (label: string): string => `${label.replace(/[^\w]+/g, "_").toLowerCase()}_v004.ma`;

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
