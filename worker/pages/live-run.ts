// The page of a long run. It updates itself; without JavaScript it reloads every few seconds.
import type { Reply, Run } from "../../contract.ts";
import { message } from "../format/message.ts";
import { type Content, html, rich } from "./html.ts";
import { type PageContext, renderPage } from "./layout.ts";
import { renderReply } from "./reply-view.ts";
import { renderRetryUndo, renderUndone, type Undone } from "./retry-undo.ts";

/** @param undone who undid the run, if somebody did */
export function renderLiveRun(run: Run, reply: Reply, undone: Undone | undefined, context: PageContext): Response {
  const { kitsuUrls } = context.settings;
  const isRunning = reply.kind === "started";
  return renderPage({
    ...context,
    title: reply.title,
    kitsuUrl: kitsuUrls[0],
    refreshS: isRunning ? REFRESH_S : undefined,
    body: html`<div${isRunning && html` data-follow="${run.follow?.url}" data-socket="${run.follow?.socket}" data-controls="${listControls(run).join(" ")}"`}>
${renderReply(reply, kitsuUrls[0])}
<p class="unfollowed problem" role="status" hidden>${message("page.connectionLost")}</p>
${renderControls(run)}
${!isRunning && renderRetryUndo(run, reply)}
${undone !== undefined && renderUndone(undone)}
</div>
<footer class="run">${rich("page.runId", { id: html`<code>${run.id}</code>` })}</footer>`,
  });
}

const REFRESH_S = 5;

const listControls = (run: Run) =>
  (["pause", "resume", "cancel"] as const).filter((control) => run[control] !== undefined);

function renderControls(run: Run): Content {
  const available = listControls(run);
  if (available.length === 0) return undefined;
  return html`<div class="again">${available.map((control) => html`<form method="post" action="${run[control]}"><button${control === "cancel" && html` class="dangerous"`}>${message(`page.${control}`)}</button></form>`)}</div>`;
}
