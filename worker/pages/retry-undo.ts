// What can still be done with a run, as buttons: forms that work without a script.
import type { Reply, Run } from "../../contract.ts";
import type { Call } from "../request/call.ts";
import { makeRunId, retriedOutcomes } from "../storage/run-links.ts";
import { renderHidden } from "./ask-page.ts";
import { type Content, html } from "./html.ts";

/** @param person who called; absent where the page is not theirs but a reader's of the log */
export function renderRetryUndo({ retry, undo }: Run, reply: Reply, person?: Call["person"]): Content {
  if (retry === undefined && undo === undefined) return undefined;
  // With an id of its own, a button that is pressed twice is one run.
  return html`<div class="again">
${retry !== undefined && renderForm(`${retry}&run=${makeRunId()}`, labelRetry(reply), person)}
${undo !== undefined && renderForm(undo.url, undo.label ?? "Undo", person, `for another ${formatMinutes(undo.until - Date.now())}`)}
</div>`;
}

function renderForm(address: string, label: string, person: Call["person"] = {}, note?: string): Content {
  return html`<form method="post" action="${address}">
${person.id !== undefined && renderHidden("personid", person.id)}${person.email !== undefined && renderHidden("personemail", person.email)}
<button>${label}</button>${note && html` <span class="quiet">${note}</span>`}
</form>`;
}

export function labelRetry(reply: Reply): string {
  const again = retriedOutcomes(reply);
  const failed = again.filter(({ state }) => state === "failed").length;
  if (again.length === 0) return "Try again";
  if (failed === again.length) return `Retry what failed (${failed})`;
  return failed === 0 ? `Do what was not tried (${again.length})` : `Retry what is not done (${again.length})`;
}

const formatMinutes = (leftMs: number) => {
  const minutes = Math.max(1, Math.round(leftMs / 60_000));
  return minutes === 1 ? "minute" : `${minutes} minutes`;
};
