// What can be done with a person's data in the log, and how far erasing it has come.
import { message } from "../format/message.ts";
import { type Content, html, rich } from "./html.ts";
import { type PageContext, renderPage } from "./layout.ts";
import { renderLogNavigation } from "./log-navigation.ts";
import { renderTime } from "./render-time.ts";

/** `cursor`: where to continue; absent if everything was erased. */
export type Erasure = {
  erased: number;
  running: number;
  /** who else had runs with the address */
  ids?: readonly string[];
  searched: number;
  until: number | undefined;
  cursor: string | undefined;
};

type PersonPage = PageContext & {
  /** an id or an e-mail address */
  person: string | undefined;
  /** after a part was erased */
  erasure?: Erasure | undefined;
};

export function renderPersonData({ person, erasure, ...context }: PersonPage): Response {
  const { basePath, kitsuUrls } = context.settings;
  const place = `${basePath}/runs/person`;
  return renderPage({
    ...context,
    title: message("log.personData"),
    kitsuUrl: kitsuUrls[0],
    address: erasure && person && `${place}?${new URLSearchParams({ person })}`,
    body: html`${renderLogNavigation(basePath, "runs", true)}
<section>
<h1>${message("log.personData")}</h1>
<form class="filter" method="get" action="${place}">
<label>${message("log.personKey")} <input name="person" value="${person}" size="36" required></label>
<button${person === undefined && html` class="primary"`}>${message("log.continue")}</button>
</form>
${erasure !== undefined && renderErasure(erasure, place)}
${person !== undefined && erasure?.cursor === undefined && renderChoices(person, place)}
${person !== undefined && erasure?.cursor !== undefined && renderEraseForm(person, place, erasure)}
</section>`,
  });
}

function renderChoices(person: string, place: string): Content {
  const query = `${new URLSearchParams({ person })}`;
  return html`<h2>${message("log.export")}</h2>
<p><a class="button" href="${place}.json?${query}">${message("log.json")}</a></p>
<h2>${message("log.erase")}</h2>
<p>${message("log.aboutErase")}</p>
${renderEraseForm(person, place)}`;
}

/** While there is more to erase, the page's script submits it by itself. */
function renderEraseForm(person: string, place: string, erasure?: Erasure): Content {
  const kept = erasure && {
    cursor: erasure.cursor ?? "",
    erased: erasure.erased,
    running: erasure.running,
    ...(erasure.ids !== undefined && erasure.ids.length > 0 && { ids: `${erasure.ids}` }),
  };
  return html`<form method="post" action="${place}/erase"${erasure !== undefined && html` data-continue`}>
${Object.entries({ person, ...kept }).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<button class="${erasure === undefined ? "dangerous" : "primary"}">${erasure === undefined ? message("log.erase") : message("log.continue")}</button>
</form>`;
}

function renderErasure({ erased, running, ids = [], searched, until, cursor }: Erasure, place: string): Content {
  return html`<div role="status"><p class="advice">${cursor === undefined && html`<span class="tag done">${message("log.stateDone")}</span> `}${message("log.erasedRuns", { count: erased })}</p>
${cursor !== undefined && until !== undefined && html`<p>${rich("log.searched", { count: searched, until: renderTime(until) })}</p>`}
${running > 0 && html`<p>${message("log.stillRunning", { count: running })}</p>`}
${ids.length > 0 && html`<p>${message("log.otherIds")}</p><ul>${ids.map((id) => html`<li><a href="${place}?person=${id}">${id}</a></li>`)}</ul>`}</div>`;
}
