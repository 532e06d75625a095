/** What was heard, as what a toast shows: data, in the person's language. */

import type { Effect, Link, Option, Outcome, Reply, Run, Table } from "../contract.ts";
import { CONFIG } from "./config.ts";
import type { Diagnosis } from "./diagnose.ts";
import { words } from "./i18n/index.ts";
import { isOurs, leadsTo, mayOpen } from "./run-url.ts";

/** The most of a plain text that a toast shows. */
const TEXT_MAX_CHARS = 300;

export type Tone = "pending" | "success" | "info" | "warning" | "error";

/**
 * Something to press: a link where there is a `url`, else a button.
 * - `name`: to save it under
 * - `atOnce`: opened without a press, too, where the browser still counts the click on the action as the person's
 * - `text`: to put on the clipboard
 * - `path`: a page of Kitsu's, to go to
 * - `isOver`: then it is taken away
 * - `isBusy`: it was pressed, and nothing came of it yet
 */
export type Press = {
  label: string;
  url?: string | undefined;
  name?: string | undefined;
  atOnce?: boolean;
  text?: string | undefined;
  path?: string | undefined;
  act?: (event: Event) => void;
  isOver?: () => boolean;
  isBusy?: boolean;
};

/** How to do what is to be pressed, of several ways. */
export type Choice = { label: string; options: readonly Option[]; chosen: string; choose: (value: string) => void };

/**
 * - `name`: the action's, where the title is not
 * - `work`: how far it is, while it goes on; of a `total` of 0 nobody knows
 * - `picture`: the newest thing to look at, an address of our worker's
 * - `said`: to screen readers; without it, title and text are
 * - `stays`: until somebody dismisses it, though nothing went wrong
 */
export type Content = {
  tone: Tone;
  name?: string;
  title: string;
  text: string;
  outcomes?: readonly Outcome[] | undefined;
  tables?: readonly Table[] | undefined;
  presses?: readonly Press[];
  choice?: Choice | undefined;
  work?: { done: number; total: number };
  picture?: string | undefined;
  said?: string | undefined;
  stays?: boolean;
};

/** Nothing is known yet. */
export function pend(name: string, text: string): Content {
  return { tone: "pending", title: name, text };
}

/** "for 35 s" */
export const sayElapsed = (since: number) =>
  words().elapsed(measureTime(Math.max(0, Math.round((Date.now() - since) / 1_000))));

/**
 * @param name the action's name
 * @param run its id: where nothing can be read, there may be more to know of it later
 * @param isFollowed it is brought up to date until it ends
 * @param isLost it was looked up, so there is more to read on the run's page; and it stays, for nobody may be looking any more
 */
export function present(
  name: string,
  status: number,
  heard: Diagnosis,
  run: string | undefined,
  isFollowed = false,
  isLost = false,
): Content {
  const said = words();
  if (typeof heard === "string" || heard.kind === "doubt") {
    const text = typeof heard === "string" ? heard : heard.text;
    const details = run ? [{ label: said.details, url: `${CONFIG.worker}/runs/${run}` }] : [];
    const shown = draft(name, "warning", "", [text], details);
    const report = `${name}: ${text} ${new Date().toISOString()} ${run ? `run ${run}` : location.href}`;
    return { ...shown, presses: [...(shown.presses ?? []), { label: said.forTd, text: report }] };
  }
  if (heard.kind === "reply") return presentReply(name, heard.reply, heard.run, isFollowed, isLost);
  if (heard.kind === "newer") {
    return draft(
      name,
      "warning",
      heard.title,
      [said.update],
      [{ label: said.update, url: `${CONFIG.worker}/kitsu-actions.user.js` }],
    );
  }
  const wrong = heard.failed && status >= 400 && said.status(status);
  const tone = heard.failed ? "error" : "success";
  if (heard.kind === "html") return draft(name, heard.failed ? tone : "info", heard.title, [wrong || said.webPage]);
  const text = heard.kind !== "nothing" && heard.text?.slice(0, TEXT_MAX_CHARS);
  return draft(name, tone, heard.kind === "message" ? heard.title : "", [
    text,
    wrong || (heard.kind === "nothing" && "OK"),
  ]);
}

function presentReply(name: string, reply: Reply, run: Run | undefined, isFollowed: boolean, isLost: boolean): Content {
  const said = words();
  const { kind, title, text, links = [] } = reply;
  const details = [...links, ...(run ? [{ label: said.details, url: run.url }] : [])];
  if (kind === "done") {
    const { severity, outcomes, tables, effects, document } = reply;
    return {
      ...draft(name, severity, title, [text], document === undefined && !isLost ? links : details, effects),
      outcomes,
      tables,
    };
  }
  if (kind === "failed") {
    const { advice, outcomes } = reply;
    return { ...draft(name, "error", title, [text, advice], details), outcomes };
  }
  if (kind === "ask") return { ...draft(name, "info", title, [said.runAgain], details), stays: true };
  const { text: step, done = 0, total = 0, left } = reply.progress ?? {};
  const far = step ?? (total && `${done} / ${total}`);
  if (!isFollowed) return draft(name, "info", title, [text, far, said.goesOn], details);
  const tone = run?.resume ? "info" : "pending";
  const line = [far, left !== undefined && said.left(measureTime(Math.max(left, 60)))].filter(Boolean).join(" · ");
  const picture = reply.picture !== undefined && isOurs(reply.picture) ? reply.picture : undefined;
  return {
    ...draft(name, tone, title, [line, text], details),
    outcomes: reply.outcomes,
    work: { done, total },
    picture,
  };
}

/** In symbols that are the same in every language. */
function measureTime(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  return seconds < 5_400 ? `${Math.round(seconds / 60) || 1} min` : `${Math.round(seconds / 3_600)} h`;
}

/** What may not be opened is shown as text instead. */
function draft(
  name: string,
  tone: Tone,
  title: string,
  lines: readonly (string | number | false | undefined)[],
  links: readonly Link[] = [],
  effects: readonly Effect[] = [],
): Content {
  const texts = lines.filter(Boolean);
  const presses: Press[] = [];
  const offer = (press: Press & Link) => {
    if (mayPress(press)) presses.push(press);
    else texts.push(`${press.label}: ${press.url}`);
  };
  for (const effect of effects) {
    // Neither has a button that would only have to be pressed: launch.ts has more to say than that.
    if (effect.kind === "refresh" || effect.kind === "launch") continue;
    const label = effect.label || words()[effect.kind];
    if (effect.kind === "copy") presses.push({ label, text: effect.text });
    else if (effect.kind !== "go")
      offer({ label, url: effect.url, ...(effect.kind === "open" ? { atOnce: true } : { name: effect.name }) });
    else if (mayPress(effect)) presses.push({ label, path: effect.path });
  }
  for (const { label, url } of links) offer({ label: label || url, url });
  return { tone, name: repeats(title, name) ? "" : name, title: title || name, text: texts.join("\n"), presses };
}

/** Does one say the other, but for what Kitsu's list of actions adds? "Statistics (AJAX)", "Statistics of 2 tasks". */
export function repeats(title: string, name: string): boolean {
  const [one, other] = [title.toLowerCase(), name.toLowerCase()];
  return one.startsWith(other) || other.startsWith(one);
}

/** May this lead where it says? It may come from any server, or from the browser's storage. */
export function mayPress({ url, path }: Pick<Press, "url" | "path">): boolean {
  return (url === undefined || mayOpen(url)) && (path === undefined || leadsTo(path, location.origin));
}
