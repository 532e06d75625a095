// The page of one run: only its state for anyone who has its id, the full record for readers of the
// log.
import type { Reply, Run } from "../../contract.ts";
import { labelRole } from "../action/role-names.ts";
import { formatDuration } from "../format/locale-formats.ts";
import { message, type Text } from "../format/message.ts";
import { localizeReply, showReply } from "../format/reply.ts";
import { labelTrust } from "../settings/trust.ts";
import { linkRun, readBase } from "../storage/run-links.ts";
import { type RunRecord, stateOf } from "../storage/run-record.ts";
import { makeCurl, makeReplay } from "./curl.ts";
import { type Content, html, rich } from "./html.ts";
import { type PageContext, renderPage } from "./layout.ts";
import { renderLogNavigation } from "./log-navigation.ts";
import { renderTime, renderZone } from "./render-time.ts";
import { renderReply, renderTable } from "./reply-view.ts";
import { renderRetryUndo, renderUndone } from "./retry-undo.ts";
import { RUN_STATE_LABELS } from "./run-labels.ts";

/**
 * @param state the part of the reply that is public
 * @param title of the action
 */
export function renderRunState(record: RunRecord, state: Reply, title: Text, run: Run, context: PageContext): Response {
  const { settings } = context;
  const { basePath, kitsuUrls } = settings;
  // Without a session or Access, nothing says who presses a button on this page.
  const canIdentify = basePath !== "" || settings.access !== undefined;
  return renderPage({
    ...context,
    title: message("runPage.run"),
    kitsuUrl: kitsuUrls[0],
    body: html`${renderReply(state)}
${canIdentify && renderRetryUndo(run, localizeReply(record.reply, context.reader))}
<section>${renderFacts(record, title)}
<p class="quiet">${message("runPage.aboutLog")} <a href="${basePath}/runs">${message("runPage.openLog")}</a></p></section>`,
  });
}

/** @param title of the action */
export function renderRun(record: RunRecord, title: Text, run: Run, context: PageContext): Response {
  const [kitsuUrl = ""] = context.settings.kitsuUrls;
  const { call, arrived, cause, undone, deployedAtS } = record;
  const base = readBase(run);
  const reply = showReply(record.reply, context.reader, base);
  const address = linkRun(base, record.id, record.at).url;
  const mayReplay = call !== undefined && call.changeOf === undefined;
  return renderPage({
    ...context,
    title: message("page.runOf", { title }),
    kitsuUrl,
    hasDocument: reply.kind === "done" && reply.document !== undefined,
    body: html`${renderLogNavigation(context.settings.basePath, "runs", true)}
${renderReply(reply, kitsuUrl, true)}
${renderRetryUndo(run, reply)}
${undone !== undefined && renderUndone({ ...undone, reply: localizeReply(undone.reply, context.reader) })}
<section>
<h2>${message("runPage.run")}</h2>
${renderFacts(record, title, renderPersonAndProject(record))}
${call?.retryOf && html`<p>${message("runPage.retries")} <a href="${linkRun(base, call.retryOf.id, call.retryOf.at).url}">${message("runPage.openEarlier")}</a></p>`}
${call?.changeOf && html`<p>${message("runPage.changes")} <a href="${linkRun(base, call.changeOf.id, call.changeOf.at).url}">${message("runPage.openEarlier")}</a></p>`}
<p class="effects">${call?.path?.startsWith("/") && html`<a class="button" href="${kitsuUrl}${call.path}">${message("runPage.openInKitsu")}</a>`}</p>
${cause !== undefined && html`<h2>${message("runPage.cause")}</h2><pre>${cause}</pre>`}
${renderTasks(record, kitsuUrl)}
<h2>${message("runPage.repeat")}</h2>
${renderCurl(makeCurl(record, base, kitsuUrl))}
${mayReplay && renderReplay(address)}
<p class="effects">${mayReplay && html`<a class="button" href="${address.replace("?", "/fixture.json?")}" download>${message("runPage.saveFixture")}</a>`}
<a class="button" href="${run.url}&amp;as=json">${message("runPage.recordAsJson")}</a></p>
${deployedAtS ? html`<p class="quiet">${rich("runPage.deployed", { time: renderTime(deployedAtS * 1_000) })}</p>` : undefined}
${call !== undefined && html`<h2>${message("runPage.call")}</h2><pre>${JSON.stringify(call, null, 2)}</pre>`}
<h2>${message("runPage.request")}</h2>
${renderTable({ columns: [message("runPage.header"), message("runPage.value")], rows: [["method", arrived.method], ["path", arrived.path], ...arrived.headers] })}
${renderTable({ columns: [message("runPage.field"), message("runPage.value")], rows: arrived.fields })}
</section>`,
  });
}

/** @param who details that only readers of the log may see */
function renderFacts(record: RunRecord, title: Text, who?: Content): Content {
  const { id, at, tookMs, action, status, person } = record;
  const state = stateOf(record);
  return html`<dl>
<dt>${message("runPage.run")}</dt><dd><code>${id}</code></dd>
<dt>${message("runPage.action")}</dt><dd>${title === action ? title : rich("runPage.namedAction", { title, id: html`<code>${action}</code>` })}</dd>
<dt>${message("runPage.state")}</dt><dd><span class="tag ${state}">${RUN_STATE_LABELS[state]}</span></dd>
<dt>${message("runPage.started")}</dt><dd>${renderTime(at)}</dd>
<dt>${message("runPage.took")}</dt><dd>${(reader) => formatDuration(tookMs, reader)}</dd>
${who}
${person !== undefined && html`<dt>${message("runPage.trust")}</dt><dd>${labelTrust(person.trust)}</dd>`}
<dt>${message("runPage.status")}</dt><dd>${status}</dd>
</dl>
${renderZone()}`;
}

function renderPersonAndProject({ person, call, selected }: RunRecord): Content {
  const name = [person?.name, call?.person.email]
    .filter((part, at, all) => part && all.indexOf(part) === at)
    .join(", ");
  const projects = selected?.projects.join(", ") || call?.project;
  return html`${name && html`<dt>${message("runPage.person")}</dt><dd>${person?.role ? message("runPage.personRole", { name, role: labelRole(person.role) }) : name}</dd>`}
${projects && html`<dt>${message("runPage.project")}</dt><dd>${projects}</dd>`}`;
}

/** Old records, and runs that never asked Kitsu, have no names; then the call has the ids. */
function renderTasks({ call, selected }: RunRecord, kitsuUrl: string): Content {
  const count = call?.selection.length ?? 0;
  if (count === 0) return undefined;
  const rest = count - (selected?.tasks.length ?? 0);
  return html`<h2 id="tasks">${message("runPage.tasks", { count })}</h2>
${selected !== undefined && html`<ul class="tasks">${selected.tasks.map(({ label, path }) => html`<li><a href="${kitsuUrl}${path}" dir="auto">${label}</a></li>\n`)}</ul>`}
${rest > 0 && html`<p class="quiet">${selected === undefined ? message("runPage.idsInCall") : message("runPage.moreIdsInCall", { count: rest })}</p>`}`;
}

function renderReplay(runUrl: string): Content {
  const command = makeReplay(runUrl);
  return html`<p>${rich("runPage.aboutReplay", { variable: html`<code>LOG_TOKEN</code>` })}</p>
<pre>${command}</pre>
<p><button type="button" data-copy="${command}" hidden>${message("runPage.copyReplay")}</button></p>
<p>${message("runPage.aboutFixture")}</p>`;
}

function renderCurl(command: string | undefined): Content {
  if (command === undefined) return html`<p>${message("runPage.noCommand")}</p>`;
  return html`<p>${message("runPage.runCommand")}
${command.includes("$KITSU_SESSION") && rich("runPage.setSession", { variable: html`<code>KITSU_SESSION</code>`, cookie: html`<code>access_token_cookie</code>` })}
${command.includes("$ACCESS_TOKEN") && rich("runPage.setAccess", { variable: html`<code>ACCESS_TOKEN</code>`, command: html`<code>cloudflared access token</code>` })}</p>
<pre>${command}</pre>
<p><button type="button" data-copy="${command}" hidden>${message("runPage.copyCommand")}</button></p>`;
}
