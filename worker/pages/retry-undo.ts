// The retry and undo buttons of a run: forms that work without JavaScript.
import type { Reply, Run } from "../../contract.ts";
import { message, type Text } from "../format/message.ts";
import type { Call } from "../request/call.ts";
import { makeRunId, retriedOutcomes } from "../storage/run-links.ts";
import { renderHidden } from "./ask-page.ts";
import { type Content, html, rich } from "./html.ts";
import { renderTime } from "./render-time.ts";

/** @param person the caller; absent on a page of the log, whose reader may be someone else */
export function renderRetryUndo({ retry, undo }: Run, reply: Reply, person?: Call["person"]): Content {
  if (retry === undefined && undo === undefined) return undefined;
  // A run id in the address makes pressing the button twice one run.
  return html`<div class="again">
${retry !== undefined && renderForm(`${retry}&run=${makeRunId()}`, labelRetry(reply), person)}
${undo !== undefined && renderForm(undo.url, undo.label ?? message("page.undo"), person, message("page.undoableFor", { minutes: countMinutes(undo.until - Date.now()) }))}
</div>`;
}

/** Who undid the run and when, and what came of it. */
export type Undone = { at: number; person: string; reply: Reply };

export const renderUndone = ({ at, person, reply }: Undone): Content =>
  html`<p>${rich("runPage.undone", { person, time: renderTime(at), result: reply.title })}</p>`;

function renderForm(address: string, label: Text, person: Call["person"] = {}, note?: Text): Content {
  return html`<form method="post" action="${address}">
${person.id !== undefined && renderHidden("personid", person.id)}${person.email !== undefined && renderHidden("personemail", person.email)}
<button>${label}</button>${note && html` <span class="quiet">${note}</span>`}
</form>`;
}

function labelRetry(reply: Reply): Text {
  const retried = retriedOutcomes(reply);
  const failed = retried.filter(({ state }) => state === "failed").length;
  if (retried.length === 0) return message("page.tryAgain");
  if (failed === retried.length) return message("page.retryFailed", { count: failed });
  return message(failed === 0 ? "page.runNotTried" : "page.retryNotDone", { count: retried.length });
}

const countMinutes = (leftMs: number) => Math.max(1, Math.round(leftMs / 60_000));
