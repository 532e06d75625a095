// One run. Its id is the right to its state as JSON, from any origin, without a word that may be personal; all that is known of it is for
// those who may read the log.
import * as v from "valibot";
import { type Reply, RunId } from "../../contract.ts";
import type { Action } from "../action.ts";
import { listActions } from "../actions/index.ts";
import { answerJson, wantsPage } from "../answer.ts";
import { Failure } from "../failure.ts";
import { type Recorded, readRun, runAt, stateOf } from "../journal.ts";
import { mayReadLog } from "../log-access.ts";
import type { Scene } from "../scene.ts";
import type { Settings } from "../settings.ts";
import { type Content, html } from "./html.ts";
import { renderPage } from "./layout.ts";
import { countOutcomes, renderReply, renderTable } from "./reply.ts";

export async function serveRun(request: Request, id: string, { env, settings, base }: Scene): Promise<Response> {
  const at = v.safeParse(
    v.pipe(v.string(), v.transform(Number), v.safeInteger(), v.minValue(0)),
    new URL(request.url).searchParams.get("at"),
  );
  const recorded = v.is(RunId, id) ? await readRun(env, id, at.success ? at.output : undefined) : undefined;
  if (recorded === undefined) throw unknownRun(settings);
  const isReader = await mayReadLog(request, settings);
  if (wantsPage(request)) return isReader ? renderRun(recorded, settings) : renderState(recorded, settings, base);
  const run = runAt(base, recorded.id, recorded.at);
  const response = isReader ? Response.json({ run, ...recorded }) : answerJson(run, describeState(recorded, settings));
  response.headers.set("access-control-allow-origin", "*");
  response.headers.set("cache-control", "no-store");
  return response;
}

/** The reply with our own words alone: what others wrote may name somebody. */
function describeState({ action: id, reply }: Recorded, settings: Settings): Reply {
  const action: Action | undefined = listActions(settings).find((one) => one.id === id);
  const title = action?.title ?? id;
  const text = "outcomes" in reply && reply.outcomes ? countOutcomes(reply.outcomes) : undefined;
  switch (reply.kind) {
    case "done":
      return { kind: "done", severity: reply.severity, title, text };
    case "failed":
      return { kind: "failed", code: reply.code, retry: reply.retry, title, text };
    case "ask":
      return { kind: "ask", title, fields: [], submit: reply.submit };
    case "started":
      return { kind: "started", title, progress: reply.progress && { done: reply.progress.done, total: reply.progress.total } };
  }
}

function renderState(recorded: Recorded, settings: Settings, base: string): Response {
  return renderPage({
    title: "Run",
    basePath: settings.basePath,
    kitsuUrl: settings.kitsuUrls[0],
    body: html`${renderReply(describeState(recorded, settings))}
<section>${renderFacts(recorded)}
<p class="quiet">Who ran it, on what, and what was said is in the log. <a href="${base}/runs">Open the log</a></p></section>`,
  });
}

function renderRun(recorded: Recorded, settings: Settings): Response {
  const { call, arrived, cause, reply } = recorded;
  return renderPage({
    title: `Run of ${recorded.action}`,
    basePath: settings.basePath,
    kitsuUrl: settings.kitsuUrls[0],
    hasDocument: reply.kind === "done" && reply.document !== undefined,
    body: html`${renderReply(reply)}
<section>
<h2>The run</h2>
${renderFacts(recorded)}
${cause !== undefined && html`<h2>Why it failed</h2><pre>${cause}</pre>`}
${call !== undefined && html`<h2>The call</h2><pre>${JSON.stringify(call, null, 2)}</pre>`}
<h2>What arrived</h2>
${renderTable({ columns: ["Header", "Value"], rows: [["method", arrived.method], ["path", arrived.path], ...arrived.headers] })}
${renderTable({ columns: ["Field", "Value"], rows: arrived.fields })}
</section>`,
  });
}

function renderFacts({ id, at, tookMs, action, status, reply }: Recorded): Content {
  const state = stateOf(reply);
  return html`<dl>
<dt>Run</dt><dd><code>${id}</code></dd>
<dt>Action</dt><dd>${action}</dd>
<dt>State</dt><dd><span class="tag ${state}">${state}</span></dd>
<dt>Began</dt><dd><time datetime="${new Date(at).toISOString()}">${new Date(at).toISOString().replace("T", " ").replace("Z", " UTC")}</time></dd>
<dt>Took</dt><dd>${tookMs} ms</dd>
<dt>HTTP status</dt><dd>${status}</dd>
</dl>`;
}

function unknownRun({ logRetentionS }: Settings): Failure {
  return new Failure("unknown-run", {
    text: `No run with this id is in the log. It may still be at work, may never have begun, or be older than ${Math.round(logRetentionS / 86_400)} days.`,
    advice: "A run that ended a moment ago can take a minute to be seen everywhere.",
    retry: true,
    headers: { "access-control-allow-origin": "*" },
  });
}
