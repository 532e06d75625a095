// The page of one run: only its state for anyone who has its id, the full record for readers of the
// log.
import type { Reply, Run } from "../../contract.ts";
import { sayTook } from "../format/labels.ts";
import type { Settings } from "../settings/settings.ts";
import { linkRun } from "../storage/run-links.ts";
import { type RunRecord, stateOf } from "../storage/run-record.ts";
import { makeCurl } from "./curl.ts";
import { type Content, html } from "./html.ts";
import { renderPage } from "./layout.ts";
import { renderTime } from "./render-time.ts";
import { renderReply, renderTable } from "./reply-view.ts";
import { renderRetryUndo } from "./retry-undo.ts";

/**
 * @param state the part of the reply that is public
 * @param title of the action
 */
export function renderRunState(record: RunRecord, state: Reply, title: string, run: Run, settings: Settings): Response {
  const { basePath, kitsuUrls } = settings;
  // Without a session or Access, nothing says who presses a button on this page.
  const canIdentify = basePath !== "" || settings.access !== undefined;
  return renderPage({
    title: "Run",
    basePath,
    kitsuUrl: kitsuUrls[0],
    body: html`${renderReply(state)}
${canIdentify && renderRetryUndo(run, record.reply)}
<section>${renderFacts(record, title)}
<p class="quiet">The log shows who ran it, on which tasks, and the full result. <a href="${basePath}/runs">Open the log</a></p></section>`,
  });
}

/** @param title of the action */
export function renderRun(
  record: RunRecord,
  title: string,
  run: Run,
  { basePath, kitsuUrls: [kitsuUrl = ""] }: Settings,
): Response {
  const { call, arrived, cause, reply, undone, deployedAtS } = record;
  const base = run.url.slice(0, run.url.lastIndexOf("/runs/"));
  return renderPage({
    title: `${title}: run`,
    basePath,
    kitsuUrl,
    hasDocument: reply.kind === "done" && reply.document !== undefined,
    body: html`${renderReply(reply, kitsuUrl, true)}
${renderRetryUndo(run, reply)}
${undone !== undefined && html`<p>Undone by ${undone.person}, ${renderTime(undone.at)}: ${undone.reply.title}</p>`}
<section>
<h2>Run</h2>
${renderFacts(record, title, renderPersonAndProject(record))}
${call?.retryOf && html`<p>It retries what failed in <a href="${linkRun(base, call.retryOf.id, call.retryOf.at).url}">an earlier run</a>.</p>`}
${call?.changeOf && html`<p>It undoes or stops <a href="${linkRun(base, call.changeOf.id, call.changeOf.at).url}">an earlier run</a>.</p>`}
<p class="effects">${call?.path?.startsWith("/") && html`<a class="button" href="${kitsuUrl}${call.path}">Open in Kitsu</a>`}</p>
${cause !== undefined && html`<h2>Why it failed</h2><pre>${cause}</pre>`}
${renderTasks(record, kitsuUrl)}
<h2>Repeat this call</h2>
${renderCurl(makeCurl(record, base, kitsuUrl))}
<p><a class="button" href="${run.url}&amp;as=json">Full record as JSON</a></p>
${deployedAtS ? html`<p class="quiet">The action server that ran it was deployed ${renderTime(deployedAtS * 1_000)}.</p>` : undefined}
${call !== undefined && html`<h2>Call</h2><pre>${JSON.stringify(call, null, 2)}</pre>`}
<h2>Request</h2>
${renderTable({ columns: ["Header", "Value"], rows: [["method", arrived.method], ["path", arrived.path], ...arrived.headers] })}
${renderTable({ columns: ["Field", "Value"], rows: arrived.fields })}
</section>`,
  });
}

/** @param who details that only readers of the log may see */
function renderFacts(record: RunRecord, title: string, who?: Content): Content {
  const { id, at, tookMs, action, status, person } = record;
  const state = stateOf(record);
  return html`<dl>
<dt>Run</dt><dd><code>${id}</code></dd>
<dt>Action</dt><dd>${title}${title !== action && html` (<code>${action}</code>)`}</dd>
<dt>State</dt><dd><span class="tag ${state}">${state}</span></dd>
<dt>Started</dt><dd>${renderTime(at)}</dd>
<dt>Took</dt><dd>${sayTook(tookMs)}</dd>
${who}
${person !== undefined && html`<dt>Trust</dt><dd>${person.trust}</dd>`}
<dt>HTTP status</dt><dd>${status}</dd>
</dl>`;
}

function renderPersonAndProject({ person, call, selected }: RunRecord): Content {
  const name = [person?.name, call?.person.email]
    .filter((part, at, all) => part && all.indexOf(part) === at)
    .join(", ");
  const projects = selected?.projects.join(", ") || call?.project;
  return html`${name && html`<dt>Person</dt><dd>${name}${person?.role && `, ${person.role}`}</dd>`}
${projects && html`<dt>Project</dt><dd>${projects}</dd>`}`;
}

/** Old records, and runs that never asked Kitsu, have no names; then the call has the ids. */
function renderTasks({ call, selected }: RunRecord, kitsuUrl: string): Content {
  const count = call?.selection.length ?? 0;
  if (count === 0) return undefined;
  const rest = count - (selected?.tasks.length ?? 0);
  return html`<h2 id="tasks">${count === 1 ? "The task" : `The ${count} tasks`}</h2>
${selected !== undefined && html`<ul class="tasks">${selected.tasks.map(({ label, path }) => html`<li><a href="${kitsuUrl}${path}" dir="auto">${label}</a></li>\n`)}</ul>`}
${rest > 0 && html`<p class="quiet">${selected === undefined ? "Their ids are" : `${rest} more: their ids are`} in the call below.</p>`}`;
}

function renderCurl(command: string | undefined): Content {
  if (command === undefined)
    return html`<p>There is no command for this run: it has no call to repeat, or the call is too long for a command line.</p>`;
  return html`<p>Run this command in a terminal on Linux or macOS. It starts a new run, which asks for answers and confirmation again.
${command.includes("$KITSU_SESSION") && html` Set <code>KITSU_SESSION</code> to the cookie <code>access_token_cookie</code> of your Kitsu session.`}
${command.includes("$ACCESS_TOKEN") && html` Set <code>ACCESS_TOKEN</code> to the output of <code>cloudflared access token</code>.`}</p>
<pre>${command}</pre>
<p><button type="button" data-copy="${command}" hidden>Copy as curl</button></p>`;
}
