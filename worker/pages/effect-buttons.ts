// Effects as buttons. What needs a script is hidden until there is one.
import type { Effect, Launch, Way } from "../../contract.ts";
import { type Content, html } from "./html.ts";

/**
 * @param kitsuUrl the studio's Kitsu, for effects that go to a page of it
 * @param isPast nothing starts by itself
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

/** Without JavaScript the text itself is there to select; a long one is folded. */
function renderCopy(text: string, label: string): Content {
  const button = html`<button type="button" data-copy="${text}" hidden>${label}</button>`;
  if (text.length <= LINE_MAX_CHARS && !text.includes("\n"))
    return html`<span class="copy"><code dir="auto">${text}</code> ${button}</span> `;
  return html`<span class="copy folded">${button} <details><summary>Show the text</summary><pre dir="auto">${text}</pre></details></span> `;
}

const LINE_MAX_CHARS = 100;

const SYSTEMS: Readonly<Record<string, string>> = { linux: "Linux", windows: "Windows", darwin: "macOS" };

/** The script tries the guessed way once and says what became of it; the buttons are there in any case. */
function renderLaunch({ app, ways, system, ticket, help, label }: Launch, isPast: boolean): Content {
  const guessed = ways.find((way) => way.system === system) ?? ways[0];
  const others = ways.filter((way) => way !== guessed);
  if (guessed === undefined) return undefined;
  return html`<div class="launch"${!isPast && html` data-launch="${guessed.url}"`} data-app="${app}"${ticket !== undefined && html` data-ticket="${ticket.url}" data-until="${ticket.until}"`}>
<p class="told" role="status">Press the button to open ${app}.</p>
<p>${renderLaunchButton(guessed, label ?? `Open in ${app}`, "primary")} ${others.map((way) => renderLaunchButton(way, `On ${SYSTEMS[way.system ?? ""] ?? way.system}`))}</p>
<div class="unanswered"><p><span class="doubt">Nothing opened? The program may not be set up on this computer to open such links.</span>${help !== undefined && html` <a href="${help}" rel="noreferrer">How to install it</a>`}</p>
${ways.map(({ system: of, command }) => command !== undefined && html`<p class="quiet">${of !== undefined && `${SYSTEMS[of] ?? of}: `}${renderCopy(command, "Copy the command")}</p>`)}</div>
</div>`;
}

const renderLaunchButton = ({ url }: Way, label: string, look?: string): Content =>
  html`<a class="button${look && html` ${look}`}" href="${url}" data-way>${label}</a>`;
