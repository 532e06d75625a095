/**
 * `/messages?lang=fr`: every text of a language where a person reads it, with examples for its
 * placeholders, and English beside it. For translators.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Token } from "@messageformat/parser";
import { compileTokens, parseText } from "../messages/compile-message.ts";
import { formatMessage } from "../messages/format-message.ts";
import { LANGUAGES } from "../messages/languages.ts";

type Areas = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Where a person reads the texts of an area. */
const PLACES: Readonly<Record<string, string>> = {
  shared: "Inside other texts",
  state: "The states of tasks, in lists of outcomes and in their counts",
  failure: "Titles of toasts and pages that say that something failed",
  failures: "Below such a title: what happened, and what to do",
  request: "Below such a title: a call that can't be understood or is too large",
  access: "Below such a title: who is calling, and who may read the log",
  authorize: "Why somebody may not run an action on a task, and what to do",
  form: "Below the fields of a dialog or form",
  confirmation: "The question before an action changes something",
  links: "A note below a reply whose links may not be opened",
  actions: "Below a title: an action that is not set up",
  debug: "The reply of the action that shows what Kitsu sent",
  statistics: "Titles, columns and charts of the statistics",
  playlist: "The action that makes a playlist",
  comment: "The action that comments and sets statuses",
  launch: "The action that opens files in a program",
  kabaret: "The action that opens tasks in Kabaret",
  forward: "The answer of a studio's own server",
  render: "Renders on any farm: form, progress and outcome",
  flamenco: "Renders on Flamenco",
  afanasy: "Renders on Afanasy",
  afanasyJob: "A template of the studio that is not a valid job for Afanasy",
  feedback: "The comment in Kitsu after a render",
  kitsu: "What went wrong between the action server and Kitsu",
  tasks: "Tasks that Kitsu no longer shows, and the details of tasks",
  http: "A server that can't be reached",
  target: "A studio's own server that can't be reached",
  run: "Pages and toasts about an earlier run: retry, undo, lookup",
  longRun: "Runs that continue: progress, cancel, pause",
  storage: "Tickets, locks and temporary links",
  settings: "For the TD: a setting that is wrong",
  page: "Buttons and notes on the pages of forms and runs",
  pageScript: "Texts that the script of these pages changes",
  home: "The home page, with how to install the userscript",
  doctor: "The page that says what is wrong with the set-up",
  log: "The page of the log, and the page about a person's data",
  use: "The page about the use of the actions",
  chat: "Messages to the studio's chat",
  runPage: "The page of one run in the log",
  ask: "The page of a form",
  chart: "Charts, as screen readers read them",
  userscript: "The userscript's own words: toasts, dialogs and their buttons",
};

const readAreas = async (language: string): Promise<Areas> =>
  JSON.parse(await readFile(join(import.meta.dirname, `../messages/${language}.json`), "utf8"));

export async function renderMessages(query: URLSearchParams): Promise<string> {
  const language = LANGUAGES.find((one) => one === query.get("lang")) ?? "en";
  const values = query.get("values") === "long" ? LONG_VALUES : VALUES;
  const [areas, english] = await Promise.all([readAreas(language), readAreas("en")]);
  const links = LANGUAGES.map(
    (one) => `<a href="/messages?lang=${one}"${one === language ? " aria-current=page" : ""}>${one}</a>`,
  );
  const sections = Object.entries(areas).map(([area, texts]) => {
    const rows = Object.entries(texts).map(([key, text]) =>
      renderRow(language, key, text, english[area]?.[key] ?? "", values),
    );
    return `<h2>${area}</h2><p>${PLACES[area] ?? ""}</p><table>${rows.join("\n")}</table>`;
  });
  return `<!doctype html><html lang="${language}"><meta charset="utf-8"><title>Texts: ${language}</title><style>${STYLE}</style>
<nav>${links.join(" ")} <a href="/messages?lang=${language}&amp;values=long">with long values</a></nav>${sections.join("\n")}`;
}

type Values = { name: string; names: readonly string[]; counts: readonly number[] };
const VALUES: Values = { name: "SQ01 / SH010", names: ["SH010", "SH020", "SH030"], counts: [1, 2, 5] };
const LONG_VALUES: Values = {
  name: `مشهد ٣ ${"Lighting & Rendering ".repeat(9)}🦊`,
  names: Array.from({ length: 12 }, (_, index) => `Sequence ${index} / Shot ${index}0`),
  counts: [0, 11, 1_000_000],
};

function renderRow(language: string, key: string, text: string, english: string, values: Values): string {
  const shown = (source: string, lang: string) =>
    [...new Set(values.counts.map((count) => fillIn(source, lang, count, values)))]
      .map((example) => `<p dir="auto">${escapeMarkup(example)}</p>`)
      .join("");
  const original = language === "en" ? "" : `<td lang="en" class="english">${shown(english, "en")}</td>`;
  return `<tr><th><code>${key}</code></th><td>${shown(text, language)}</td>${original}</tr>`;
}

function fillIn(text: string, language: string, count: number, values: Values): string {
  const tokens = parseText(text);
  return formatMessage(compileTokens(tokens), collectValues(tokens, count, values), language, (value, kind) => {
    if (Array.isArray(value)) return new Intl.ListFormat(language).format(value.map(String));
    if (kind === undefined || typeof value !== "number") return String(value);
    return kind === "duration" ? `${value} s` : new Date(value).toLocaleString(language);
  });
}

function collectValues(tokens: readonly Token[], count: number, values: Values): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const token of tokens) {
    if (token.type === "argument")
      found[token.arg] ??= /count|total|done|seconds|hours/i.test(token.arg) ? count : values.name;
    else if (token.type === "function")
      found[token.arg] = ["list", "sentences", "paragraphs"].includes(token.key)
        ? values.names
        : token.key === "day"
          ? "2026-11-28"
          : Date.now();
    else if (token.type === "plural" || token.type === "select") {
      for (const { tokens: inner } of token.cases)
        Object.assign(found, collectValues(inner, count, values), { ...found });
      found[token.arg] = token.type === "plural" ? count : (token.cases[count % token.cases.length]?.key ?? "other");
    }
  }
  return found;
}

const escapeMarkup = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

const STYLE = `
body { font: 15px/1.45 system-ui, sans-serif; margin: 16px 24px; color-scheme: light dark; background: Canvas; color: CanvasText; }
nav { position: sticky; top: 0; padding: 8px 0; background: Canvas; }
nav a { margin-right: 10px; } [aria-current] { font-weight: 700; }
table { border-collapse: collapse; width: 100%; } th { width: 18%; text-align: start; font-weight: 400; }
th, td { border-top: 1px solid #8886; padding: 6px 12px; vertical-align: top; overflow-wrap: anywhere; } p { margin: 0; white-space: pre-line; }
.english { opacity: 0.7; width: 38%; }`;
