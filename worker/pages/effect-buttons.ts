// Effects as buttons. Buttons that need the page's script are hidden until it runs.
import type { Effect, Launch, LaunchOption } from "../../contract.ts";
import { type Content, html } from "./html.ts";

/**
 * @param kitsuUrl the studio's Kitsu, for effects that open one of its pages
 * @param isPast the run is in the log, so no program is started automatically
 */
export function renderEffect(effect: Effect, kitsuUrl: string, isPast = false): Content {
  switch (effect.kind) {
    case "open":
      return html`<a class="button primary" href="${effect.url}" rel="noreferrer">${effect.label ?? "Open"}</a> `;
    case "download":
      return html`<a class="button" href="${effect.url}" download="${effect.name}" rel="noreferrer">${effect.label ?? `Download ${effect.name}`}</a> `;
    case "copy":
      return renderCopy(effect.text, effect.label ?? "Copy");
    case "go":
      return html`<a class="button primary" href="${kitsuUrl}${effect.path}" rel="noreferrer">${effect.label ?? "Open in Kitsu"}</a> `;
    case "launch":
      return renderLaunch(effect, isPast);
    case "refresh":
      return undefined;
  }
}

/** The text itself is shown, so that it can be copied without JavaScript; a long text is folded. */
function renderCopy(text: string, label: string): Content {
  const button = html`<button type="button" data-copy="${text}" hidden>${label}</button>`;
  if (text.length <= LINE_MAX_CHARS && !text.includes("\n"))
    return html`<span class="copy"><code dir="auto">${text}</code> ${button}</span> `;
  return html`<span class="copy folded">${button} <details><summary>Show text</summary><pre dir="auto">${text}</pre></details></span> `;
}

const LINE_MAX_CHARS = 100;

const SYSTEMS: Readonly<Record<string, string>> = { linux: "Linux", windows: "Windows", darwin: "macOS" };

/** The page's script opens the link for the detected system once, and reports whether it worked. */
function renderLaunch({ app, ways, system, ticket, help, label }: Launch, isPast: boolean): Content {
  const detected = ways.find((way) => way.system === system) ?? ways[0];
  const others = ways.filter((way) => way !== detected);
  if (detected === undefined) return undefined;
  return html`<div class="launch"${!isPast && html` data-launch="${detected.url}"`} data-app="${app}"${ticket !== undefined && html` data-ticket="${ticket.url}" data-until="${ticket.until}"`}>
<p class="told" role="status">Press the button to open ${app}.</p>
<p>${renderLaunchButton(detected, label ?? `Open in ${app}`, "primary")} ${others.map((way) => renderLaunchButton(way, `Open on ${SYSTEMS[way.system ?? ""] ?? way.system}`))}</p>
<div class="unanswered"><p><span class="doubt">Nothing opened? This computer may not be set up to open these links.</span>${help !== undefined && html` <a href="${help}" rel="noreferrer">How to install it</a>`}</p>
${ways.map((way) => way.command !== undefined && html`<p class="quiet">${way.system !== undefined && `${SYSTEMS[way.system] ?? way.system}: `}${renderCopy(way.command, "Copy the command")}</p>`)}</div>
</div>`;
}

const renderLaunchButton = ({ url }: LaunchOption, label: string, style?: string): Content =>
  html`<a class="button${style && html` ${style}`}" href="${url}" data-way>${label}</a>`;
