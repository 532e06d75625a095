// The page of one run: its state for whoever has its id, all that is known for those who may read the log.
import type { Reply, Run } from "../../contract.ts";
import { type Recorded, stateOf } from "../record.ts";
import { runAt } from "../run.ts";
import type { Settings } from "../settings.ts";
import { renderAgain } from "./again.ts";
import { type Content, html } from "./html.ts";
import { renderPage } from "./layout.ts";
import { renderReply, renderTable } from "./reply.ts";
import { sayTook } from "./words.ts";

/** @param state what of the reply may be told to anyone */
export function renderRunState(recorded: Recorded, state: Reply, run: Run, settings: Settings): Response {
  const { basePath, kitsuUrls } = settings;
  // Only a session, or Access, tells who presses a button here.
  const isKnown = basePath !== "" || settings.access !== undefined;
  return renderPage({
    title: "Run",
    basePath,
    kitsuUrl: kitsuUrls[0],
    body: html`${renderReply(state)}
${isKnown && renderAgain(run, recorded.reply)}
<section>${renderFacts(recorded)}
<p class="quiet">Who ran it, on what, and what was said is in the log. <a href="${basePath}/runs">Open the log</a></p></section>`,
  });
}

export function renderRun(recorded: Recorded, run: Run, { basePath, kitsuUrls }: Settings): Response {
  const { call, arrived, cause, reply, undone } = recorded;
  const base = run.url.slice(0, run.url.lastIndexOf("/runs/"));
  return renderPage({
    title: `Run of ${recorded.action}`,
    basePath,
    kitsuUrl: kitsuUrls[0],
    hasDocument: reply.kind === "done" && reply.document !== undefined,
    body: html`${renderReply(reply, kitsuUrls[0])}
${renderAgain(run, reply)}
${undone !== undefined && html`<p>Taken back by ${undone.person}, <time datetime="${new Date(undone.at).toISOString()}">${new Date(undone.at).toISOString().slice(0, 19).replace("T", " ")} UTC</time>: ${undone.reply.title}</p>`}
<section>
<h2>The run</h2>
${renderFacts(recorded)}
${call?.retryOf && html`<p>It tries again what failed in <a href="${runAt(base, call.retryOf.id, call.retryOf.at).url}">an earlier run</a>.</p>`}
${call?.changeOf && html`<p>It takes back, or stops, <a href="${runAt(base, call.changeOf.id, call.changeOf.at).url}">an earlier run</a>.</p>`}
${cause !== undefined && html`<h2>Why it failed</h2><pre>${cause}</pre>`}
${call !== undefined && html`<h2>The call</h2><pre>${JSON.stringify(call, null, 2)}</pre>`}
<h2>What arrived</h2>
${renderTable({ columns: ["Header", "Value"], rows: [["method", arrived.method], ["path", arrived.path], ...arrived.headers] })}
${renderTable({ columns: ["Field", "Value"], rows: arrived.fields })}
</section>`,
  });
}

function renderFacts(recorded: Recorded): Content {
  const { id, at, tookMs, action, status, person } = recorded;
  const state = stateOf(recorded);
  return html`<dl>
<dt>Run</dt><dd><code>${id}</code></dd>
<dt>Action</dt><dd>${action}</dd>
<dt>State</dt><dd><span class="tag ${state}">${state}</span></dd>
<dt>Began</dt><dd><time datetime="${new Date(at).toISOString()}">${new Date(at).toISOString().replace("T", " ").replace("Z", " UTC")}</time></dd>
<dt>Took</dt><dd>${sayTook(tookMs)}</dd>
${person !== undefined && html`<dt>Caller known by</dt><dd>${person.trust}</dd>`}
<dt>HTTP status</dt><dd>${status}</dd>
</dl>`;
}
