/** Buttons that cancel, pause or resume a run in progress. */
import type { Run } from "../contract.ts";
import * as m from "../gen/userscript-messages.ts";
import { diagnose, recordSending } from "./diagnose.ts";
import { t } from "./i18n/index.ts";
import { readPerson } from "./kitsu-page.ts";
import { addRun, isWorkerUrl } from "./run-url.ts";
import type { Button } from "./toast-content.ts";
import { createContent } from "./toast-content.ts";
import { post } from "./xhr-hook.ts";

const LABELS = { pause: m.pause, resume: m.resume, cancel: m.cancel } as const;

/** The requests that are waiting for their answers. */
const busyUrls = new Set<string>();

/** @param report gets the result as text, and "" while a request is waiting for its answer */
export function createControlButtons(name: string, run: Run | undefined, report: (text: string) => void): Button[] {
  return (["pause", "resume", "cancel"] as const).flatMap((control) => {
    const url = run?.[control];
    if (!url || !isWorkerUrl(url)) return [];
    const onClick = () => sendControl(name, url, report);
    return [{ label: t(LABELS[control]), isBusy: busyUrls.has(url), onClick }];
  });
}

async function sendControl(name: string, url: string, report: (text: string) => void): Promise<void> {
  if (busyUrls.has(url)) return;
  busyUrls.add(url);
  report("");
  const sent = { ...addRun(url), ...recordSending() };
  const received = await post(sent.url, readPerson());
  const diagnosis = await diagnose(received, sent);
  busyUrls.delete(url);
  // Sending it twice is harmless, so the outcome is not looked up again.
  if (diagnosis.kind === "unresolved") return report(`${diagnosis.cause} ${t(m.clickAgain)}`);
  const { tone, title, text } = createContent(name, received.status, diagnosis, undefined);
  report(title === name && text ? text : tone === "error" ? `${title}\n${text}` : title);
}
