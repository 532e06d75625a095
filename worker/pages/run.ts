// The page of one run: its state for whoever has its id, all that is known for those who may read the log.
import type { Reply } from "../../contract.ts";
import { type Recorded, stateOf } from "../journal.ts";
import type { Settings } from "../settings.ts";
import { type Content, html } from "./html.ts";
import { renderPage } from "./layout.ts";
import { renderReply, renderTable } from "./reply.ts";

/** @param state what of the reply may be told to anyone */
export function renderRunState(recorded: Recorded, state: Reply, { basePath, kitsuUrls }: Settings): Response {
  return renderPage({
    title: "Run",
    basePath,
    kitsuUrl: kitsuUrls[0],
    body: html`${renderReply(state)}
<section>${renderFacts(recorded)}
<p class="quiet">Who ran it, on what, and what was said is in the log. <a href="${basePath}/runs">Open the log</a></p></section>`,
  });
}

export function renderRun(recorded: Recorded, { basePath, kitsuUrls }: Settings): Response {
  const { call, arrived, cause, reply } = recorded;
  return renderPage({
    title: `Run of ${recorded.action}`,
    basePath,
    kitsuUrl: kitsuUrls[0],
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

function renderFacts({ id, at, tookMs, action, status, reply, person }: Recorded): Content {
  const state = stateOf(reply);
  return html`<dl>
<dt>Run</dt><dd><code>${id}</code></dd>
<dt>Action</dt><dd>${action}</dd>
<dt>State</dt><dd><span class="tag ${state}">${state}</span></dd>
<dt>Began</dt><dd><time datetime="${new Date(at).toISOString()}">${new Date(at).toISOString().replace("T", " ").replace("Z", " UTC")}</time></dd>
<dt>Took</dt><dd>${tookMs} ms</dd>
${person !== undefined && html`<dt>Caller known by</dt><dd>${person.trust}</dd>`}
<dt>HTTP status</dt><dd>${status}</dd>
</dl>`;
}
