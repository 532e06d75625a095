// The page of a long run. It updates itself; without JavaScript it reloads every few seconds.
import type { Reply, Run } from "../../contract.ts";
import type { Settings } from "../settings/settings.ts";
import { type Content, html } from "./html.ts";
import { renderPage } from "./layout.ts";
import { renderReply } from "./reply-view.ts";
import { renderRetryUndo } from "./retry-undo.ts";

const CONTROL_LABELS = { cancel: "Cancel", pause: "Pause", resume: "Resume" } as const;

export function renderLiveRun(run: Run, reply: Reply, { basePath, kitsuUrls }: Settings): Response {
  const isRunning = reply.kind === "started";
  return renderPage({
    title: reply.title,
    basePath,
    kitsuUrl: kitsuUrls[0],
    refreshS: isRunning ? REFRESH_S : undefined,
    body: html`<div${isRunning && html` data-follow="${run.follow?.url}" data-socket="${run.follow?.socket}" data-controls="${listControls(run).join(" ")}"`}>
${renderReply(reply, kitsuUrls[0])}
<p class="unfollowed problem" role="status" hidden>Connection lost. Reconnecting…</p>
${renderControls(run)}
${!isRunning && renderRetryUndo({ ...run, undo: undefined }, reply)}
</div>
<footer class="run">Run <code>${run.id}</code></footer>`,
  });
}

const REFRESH_S = 5;

const listControls = (run: Run) =>
  (["pause", "resume", "cancel"] as const).filter((control) => run[control] !== undefined);

function renderControls(run: Run): Content {
  const available = listControls(run);
  if (available.length === 0) return undefined;
  return html`<div class="again">${available.map((control) => html`<form method="post" action="${run[control]}"><button${control === "cancel" && html` class="dangerous"`}>${CONTROL_LABELS[control]}</button></form>`)}</div>`;
}
