// Effects as buttons. Buttons that need the page's script are hidden until it runs.
import type { Effect, Launch, LaunchOption } from "../../contract.ts";
import { message, type Text } from "../format/message.ts";
import { toQuery } from "../format/reader.ts";
import { type Content, type ForReader, html } from "./html.ts";

/**
 * @param kitsuUrl the studio's Kitsu, for effects that open one of its pages
 * @param isPast the run is in the log, so no program is started automatically
 */
export function renderEffect(effect: Effect, kitsuUrl: string, isPast = false): Content {
  switch (effect.kind) {
    case "open":
      return html`<a class="button primary" href="${effect.url}" rel="noreferrer">${effect.label ?? message("page.open")}</a> `;
    case "download":
      return html`<a class="button" href="${effect.url}" download="${effect.name}" rel="noreferrer">${effect.label ?? message("page.download", { name: effect.name })}</a> `;
    case "copy":
      return renderCopy(effect.text, effect.label ?? message("page.copy"));
    case "go":
      return html`<a class="button primary" href="${kitsuUrl}${effect.path}" rel="noreferrer">${effect.label ?? message("page.openInKitsu")}</a> `;
    case "launch":
      return renderLaunch(effect, isPast);
    case "refresh":
      return undefined;
  }
}

/** The text itself is shown, so that it can be copied without JavaScript; a long text is folded. */
function renderCopy(text: string, label: Text): Content {
  const button = html`<button type="button" data-copy="${text}" hidden>${label}</button>`;
  if (text.length <= LINE_MAX_CHARS && !text.includes("\n"))
    return html`<span class="copy"><code dir="auto">${text}</code> ${button}</span> `;
  return html`<span class="copy folded">${button} <details><summary>${message("page.showText")}</summary><pre dir="auto">${text}</pre></details></span> `;
}

const LINE_MAX_CHARS = 100;

const SYSTEMS: Readonly<Record<string, string>> = { linux: "Linux", windows: "Windows", darwin: "macOS" };

const nameSystem = ({ system = "" }: LaunchOption): string => SYSTEMS[system] ?? system;

/** The state of a ticket may come with words of the program. */
const addReader =
  (url: string): ForReader =>
  (reader) =>
    `${url}${url.includes("?") ? "&" : "?"}${toQuery(reader)}`;

/** The page's script opens the link for the detected system once, and reports whether it worked. */
function renderLaunch({ app, ways, system, ticket, help, label }: Launch, isPast: boolean): Content {
  const detected = ways.find((way) => way.system === system) ?? ways[0];
  const others = ways.filter((way) => way !== detected);
  if (detected === undefined) return undefined;
  return html`<div class="launch"${!isPast && html` data-launch="${detected.url}"`} data-app="${app}"${ticket !== undefined && html` data-ticket="${addReader(ticket.url)}" data-until="${ticket.until}"`}>
<p class="told" role="status">${message("page.pressToOpen", { app })}</p>
<p>${renderLaunchButton(detected, label ?? message("page.openIn", { app }), "primary")} ${others.map((way) => renderLaunchButton(way, message("page.openOn", { system: nameSystem(way) })))}</p>
<div class="unanswered"><p><span class="doubt">${message("page.nothingOpened")}</span>${help !== undefined && html` <a href="${help}" rel="noreferrer">${message("page.howToInstall")}</a>`}</p>
${ways.map((way) => way.command !== undefined && html`<p class="quiet">${way.system !== undefined && html`<span>${nameSystem(way)}</span> `}${renderCopy(way.command, message("page.copyCommand"))}</p>`)}</div>
</div>`;
}

const renderLaunchButton = ({ url }: LaunchOption, label: Text, style?: string): Content =>
  html`<a class="button${style && html` ${style}`}" href="${url}" data-way>${label}</a>`;
