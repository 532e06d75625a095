/** What was heard, as what a toast shows: data, in the person's language. */

import type { Effect, Heard, Link, Outcome, Reply, Run, Table } from "../contract.ts";
import { isOpenable } from "../contract.ts";
import { CONFIG } from "./config.ts";
import { words } from "./words/index.ts";

/** The most of a plain text that a toast shows. */
const TEXT_MAX_CHARS = 300;

export type Tone = "pending" | "success" | "info" | "warning" | "error";

/** Something to press. `atOnce`: also opened without a press, where the browser still counts the click on the action as the person's. */
export type Press =
  | { kind: "link"; label: string; url: string; name?: string; atOnce?: boolean }
  | { kind: "copy"; label: string; text: string };

/** `name` is the action's, where the title is not. */
export type Content = {
  tone: Tone;
  name?: string;
  title: string;
  text: string;
  outcomes?: readonly Outcome[] | undefined;
  tables?: readonly Table[] | undefined;
  presses?: readonly Press[];
};

/** @param name the action's name */
export function present(name: string, status: number, heard: Heard): Content {
  const said = words();
  if (heard.as === "reply") return presentReply(name, heard.reply, heard.run);
  if (heard.as === "newer") {
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
  if (heard.as === "html") return draft(name, heard.failed ? tone : "info", heard.title, [wrong || said.webPage]);
  const text = heard.as !== "nothing" && heard.text?.slice(0, TEXT_MAX_CHARS);
  return draft(name, tone, heard.as === "message" ? heard.title : "", [text, wrong || (heard.as === "nothing" && "OK")]);
}

/** @param sentence what is known of a call whose answer can't be read; its run may have more later */
export function presentSilence(name: string, sentence: string, run: string | undefined): Content {
  return draft(name, "warning", "", [sentence], run ? [{ label: words().details, url: `${CONFIG.worker}/runs/${run}` }] : []);
}

function presentReply(name: string, reply: Reply, run: Run | undefined): Content {
  const said = words();
  const { kind, title, text, links = [] } = reply;
  const details = [...links, ...(run ? [{ label: said.details, url: run.url }] : [])];
  if (kind === "done") {
    const { severity, outcomes, tables, effects, document } = reply;
    return { ...draft(name, severity, title, [text], document === undefined ? links : details, effects), outcomes, tables };
  }
  if (kind === "failed") {
    const { advice, outcomes } = reply;
    return { ...draft(name, "error", title, [text, advice], details), outcomes };
  }
  const { text: step, done, total } = ("progress" in reply && reply.progress) || {};
  return draft(name, "info", title, [text, step ?? (total && `${done} / ${total}`), said.goesOn], details);
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
  const offer = (label: string, url: string, rest: { name?: string; atOnce?: boolean } = {}) => {
    if (isOpenable(url, CONFIG.schemes)) presses.push({ kind: "link", label, url, ...rest });
    else texts.push(`${label}: ${url}`);
  };
  for (const effect of effects) {
    const label = effect.label || words()[effect.kind];
    if (effect.kind === "copy") presses.push({ kind: "copy", label, text: effect.text });
    else offer(label, effect.url, effect.kind === "open" ? { atOnce: true } : { name: effect.name });
  }
  for (const { label, url } of links) offer(label || url, url);
  return { tone, name: title && title !== name ? name : "", title: title || name, text: texts.join("\n"), presses };
}
