/** What a toast shows about a call: data, in the person's language. */

import type { Effect, Link, Option, Outcome, Reply, Run, Table } from "../contract.ts";
import * as m from "../gen/userscript-messages.ts";
import { CONFIG } from "./config.ts";
import type { Diagnosis } from "./diagnose.ts";
import { formatDuration, t } from "./i18n/index.ts";
import { isWithin, isWorkerUrl, mayOpen } from "./run-url.ts";

/** How much of a plain text a toast shows. */
const TEXT_MAX_CHARS = 300;

/** What a button of an effect says by default. */
const EFFECTS = { open: m.open, copy: m.copy, download: m.download, go: m.go } as const;

export type Tone = "pending" | "success" | "info" | "warning" | "error";

/**
 * A button, or a link if it has a `url`.
 * - `name`: the file name to save the URL as
 * - `autoOpen`: also opens without a click, as long as the browser counts the click on the action
 *   as the person's
 * - `text`: what it copies
 * - `path`: the page of Kitsu it goes to
 * - `isOver`: whether to remove it
 * - `isBusy`: it was clicked, and is still waiting for the answer
 */
export type Button = {
  label: string;
  url?: string | undefined;
  name?: string | undefined;
  autoOpen?: boolean;
  text?: string | undefined;
  path?: string | undefined;
  onClick?: (event: Event) => void;
  isOver?: () => boolean;
  isBusy?: boolean;
};

/** A choice that changes what a button does. */
export type Choice = { label: string; options: readonly Option[]; chosen: string; choose: (value: string) => void };

/**
 * - `name`: the action's name, unless the title says it
 * - `progress`: of a run in progress; its `total` is 0 if it is unknown
 * - `picture`: the newest picture, at an address of our worker
 * - `announcement`: for screen readers; by default the title and the text
 * - `isSticky`: stays until someone dismisses it, although nothing went wrong
 */
export type Content = {
  tone: Tone;
  name?: string;
  title: string;
  text: string;
  outcomes?: readonly Outcome[] | undefined;
  tables?: readonly Table[] | undefined;
  buttons?: readonly Button[];
  choice?: Choice | undefined;
  progress?: { done: number; total: number };
  picture?: string | undefined;
  announcement?: string | undefined;
  isSticky?: boolean;
};

export function createPendingContent(name: string, text: string): Content {
  return { tone: "pending", title: name, text };
}

/**
 * @param name the action's name
 * @param run its id, for a link to the run's page when the answer can't be read
 * @param isTracked the toast is updated until the run ends
 * @param isLookedUp the answer was lost and looked up, so the run's page has more; someone may read
 * the toast much later
 */
export function createContent(
  name: string,
  status: number,
  diagnosis: Diagnosis,
  run: string | undefined,
  isTracked = false,
  isLookedUp = false,
): Content {
  switch (diagnosis.kind) {
    case "conclusion":
    case "given-up":
    case "unresolved": {
      const details = run ? [{ label: t(m.details), url: `${CONFIG.worker}/runs/${run}` }] : [];
      const content = composeContent(name, "warning", "", [diagnosis.text], details);
      const report = `${name}: ${diagnosis.text} ${new Date().toISOString()} ${run ? `run ${run}` : location.href}`;
      const help = { label: t(m.help), url: `${CONFIG.worker}/help` };
      return { ...content, buttons: [...(content.buttons ?? []), { label: t(m.copyForTd), text: report }, help] };
    }
    case "reply":
      return createReplyContent(name, diagnosis.reply, diagnosis.run, isTracked, isLookedUp);
    case "newer": {
      // A tag loads the newest script with the page.
      const links = CONFIG.way ? [] : [{ label: t(m.update), url: `${CONFIG.worker}/kitsu-actions.user.js` }];
      return composeContent(name, "warning", diagnosis.title, [t(m.update)], links);
    }
  }
  const { kind, failed } = diagnosis;
  const error = failed && status >= 400 && t(m.status, { status });
  if (kind === "html") {
    return composeContent(name, failed ? "error" : "info", diagnosis.title, [error || t(m.webPage)]);
  }
  const text = kind === "nothing" ? !error && "OK" : diagnosis.text?.slice(0, TEXT_MAX_CHARS);
  const title = kind === "message" ? diagnosis.title : "";
  return composeContent(name, failed ? "error" : "success", title, [text, error]);
}

function createReplyContent(
  name: string,
  reply: Reply,
  run: Run | undefined,
  isTracked: boolean,
  isLookedUp: boolean,
): Content {
  const { kind, title, text, links = [] } = reply;
  const details = [...links, ...(run ? [{ label: t(m.details), url: run.url }] : [])];
  if (kind === "done") {
    const { severity, outcomes, tables, effects, document } = reply;
    const shownLinks = document === undefined && !isLookedUp ? links : details;
    return { ...composeContent(name, severity, title, [text], shownLinks, effects), outcomes, tables };
  }
  if (kind === "failed") {
    const { advice, outcomes } = reply;
    return { ...composeContent(name, "error", title, [text, advice], details), outcomes };
  }
  if (kind === "ask") return { ...composeContent(name, "info", title, [t(m.runAgain)], details), isSticky: true };
  const { text: step, done = 0, total = 0, left } = reply.progress ?? {};
  const position = step ?? (total && `${done} / ${total}`);
  if (!isTracked) return composeContent(name, "info", title, [text, position, t(m.stillRunning)], details);
  const remaining = left !== undefined && t(m.remaining, { time: formatDuration(Math.max(left, 60)) });
  const line = [position, remaining].filter(Boolean).join(" · ");
  return {
    ...composeContent(name, run?.resume ? "info" : "pending", title, [line, text], details),
    outcomes: reply.outcomes,
    progress: { done, total },
    picture: reply.picture !== undefined && isWorkerUrl(reply.picture) ? reply.picture : undefined,
  };
}

function composeContent(
  name: string,
  tone: Tone,
  title: string,
  lines: readonly (string | number | false | undefined)[],
  links: readonly Link[] = [],
  effects: readonly Effect[] = [],
): Content {
  const texts = lines.filter(Boolean);
  const buttons: Button[] = [];
  const addButtonOrText = (button: Button & Link) => {
    if (mayShowButton(button)) buttons.push(button);
    else texts.push(`${button.label}: ${button.url}`);
  };
  for (const effect of effects) {
    // `refresh` has no button; program-launch.ts makes those of `launch`.
    if (effect.kind === "refresh" || effect.kind === "launch") continue;
    const label = effect.label || t(EFFECTS[effect.kind]);
    if (effect.kind === "copy") buttons.push({ label, text: effect.text });
    else if (effect.kind === "open") addButtonOrText({ label, url: effect.url, autoOpen: true });
    else if (effect.kind === "download") addButtonOrText({ label, url: effect.url, name: effect.name });
    else if (mayShowButton(effect)) buttons.push({ label, path: effect.path });
  }
  for (const { label, url } of links) addButtonOrText({ label: label || url, url });
  return { tone, name: isSameTitle(title, name) ? "" : name, title: title || name, text: texts.join("\n"), buttons };
}

/**
 * Whether one starts with the other. Names in Kitsu often have an addition: "Statistics (AJAX)",
 * "Statistics of 2 tasks".
 */
export function isSameTitle(title: string, name: string): boolean {
  const [one, other] = [title.toLowerCase(), name.toLowerCase()];
  return one.startsWith(other) || other.startsWith(one);
}

/** Buttons come from any server, or from the browser's storage, so where they lead is checked. */
export function mayShowButton({ url, path }: Pick<Button, "url" | "path">): boolean {
  return (url === undefined || mayOpen(url)) && (path === undefined || isWithin(path, location.origin));
}

/** "for 35 sec" */
export function formatElapsed(since: number): string {
  return t(m.elapsed, { time: formatDuration(Math.max(0, Math.round((Date.now() - since) / 1_000))) });
}
