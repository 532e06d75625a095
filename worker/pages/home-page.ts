// The home page: whether the script runs in Kitsu, how it gets there, and the addresses of the
// actions.
import type { Action } from "../action/action.ts";
import { message } from "../format/message.ts";
import { isUnencrypted } from "../request/public-url.ts";
import type { RequestContext } from "../request/request-context.ts";
import { type Content, html, rich } from "./html.ts";
import { renderPage } from "./layout.ts";
import { scriptTag } from "./script-tag.ts";
import { TAG_SCRIPT } from "./userscript-file.ts";

type Listed = Pick<Action, "id" | "title" | "about" | "modes">;

/**
 * - `needsSetUp`: something in the settings is missing or wrong; the doctor says what
 * - `unstable`: the ids of actions that often fail
 */
type HomeState = { needsSetUp: boolean; unstable: readonly string[] };

export function renderHome(
  context: RequestContext,
  actions: readonly Listed[],
  version: string,
  { needsSetUp, unstable }: HomeState,
): Response {
  const { base, settings } = context;
  const addresses = settings.kitsuUrls.map((url) => html`<a href="${url}">${url}</a>`);
  const isOnKitsuHost = settings.kitsuOrigins.includes(new URL(base).origin);
  const state = renderState(isOnKitsuHost);
  const [inPage, userscript] = [
    renderInPage(context, isOnKitsuHost),
    renderUserscript(base, version, isOnKitsuHost && state),
  ];
  return renderPage({
    ...context,
    title: message("home.home"),
    kitsuUrl: settings.kitsuUrls[0],
    body: html`<section>
<h1>${message("home.heading")}</h1>
<p>${rich("home.about", { addresses })}</p>
${needsSetUp && renderNotice(settings.basePath)}
${isOnKitsuHost ? html`<p class="seen" data-script>${message("home.notSeen")}</p>` : state}
${isUnencrypted(base) && html`<p><span class="tag warning">${message("home.plainHttp")}</span> ${rich("home.unencrypted", { file: html`<code>docs/network.md</code>` })} <a href="${settings.basePath}/help#links-lead-to-127001-or-to-http">${message("page.troubleshooting")}</a></p>`}
</section>
${isOnKitsuHost ? [inPage, userscript] : [userscript, inPage]}
${renderActions(base, actions, unstable)}`,
  });
}

/** The home page with invalid settings. Strangers read it, too, so it does not say which. */
export function renderUnfinished(context: RequestContext): Response {
  return renderPage({
    ...context,
    title: message("home.home"),
    status: 500,
    body: html`<section>
<h1>${message("home.heading")}</h1>
${renderNotice(context.settings.basePath)}
</section>`,
  });
}

const renderNotice = (basePath: string): Content =>
  html`<p class="outdated"><a href="${basePath}/doctor">${message("doctor.unfinished")}</a></p>`;

/** Whether a userscript manager's copy runs here: on another host, no other copy can be seen. */
const renderState = (
  isOnKitsuHost: boolean,
) => html`<p class="alive"><span class="tag success">${message("home.running")}</span></p>
<p class="dead"><span class="tag warning">${message("home.notRunning")}</span>${!isOnKitsuHost && html` ${rich("home.elsewhere", { key: html`<kbd>F8</kbd>` })}`}</p>`;

/** The way in which nobody installs anything. */
function renderInPage({ base, settings }: RequestContext, isOnKitsuHost: boolean): Content {
  const tag = scriptTag(`${isOnKitsuHost ? settings.basePath : base}${TAG_SCRIPT}`);
  return html`<section>
<h2>${message("home.inPage")}</h2>
${
  settings.injects
    ? html`<p>${message("home.injected")}</p>`
    : html`<p>${message("home.addTag")}</p>
<p><code>${tag}</code> <button type="button" class="small" data-copy="${tag}" hidden>${message("page.copy")}</button></p>
<p>${rich("home.howToAddTag", { file: html`<code>docs/script.md</code>` })}</p>`
}
</section>`;
}

const INSTALL_BUTTON = html`<em>${message("home.install")}</em>`;

/** Userscript managers, and the browser for those that are for one only. */
const MANAGERS: readonly [name: string, url: string, browser?: string][] = [
  ["Violentmonkey", "https://violentmonkey.github.io/get-it/"],
  ["Tampermonkey", "https://www.tampermonkey.net/"],
  ["ScriptCat", "https://scriptcat.org/"],
  ["Greasemonkey", "https://www.greasespot.net/", "Firefox"],
  ["Userscripts", "https://github.com/quoid/userscripts", "Safari"],
];

function renderUserscript(base: string, version: string, state: Content): Content {
  const managers = MANAGERS.map(([name, url, browser]) => {
    const manager = html`<a href="${url}">${name}</a>`;
    return browser === undefined ? manager : rich("home.managerFor", { manager, browser });
  });
  const running = html`<span data-running></span>`;
  return html`<section class="steps">
<h2>${message("home.asUserscript")}</h2>
${state}
<p class="outdated" role="status" data-offered="${version}" hidden>${rich("home.outdated", { running, version, button: INSTALL_BUTTON })}</p>
<p><a class="button primary" href="${base}/kitsu-actions.user.js">${message("home.install")}</a> <span class="quiet">${message("home.version", { version })}</span></p>
<h3>${message("home.howToInstall")}</h3>
<ol>
<li>${rich("home.installManager", { managers })}</li>
<li>${rich("home.confirmInstall", { button: INSTALL_BUTTON })}</li>
<li>${message("home.reload")}</li>
</ol>
<h3>${message("home.ifNotRunning")}</h3>
<ul>
<li>${rich("home.allowScripts", {
    address: html`<code>chrome://extensions</code>`,
    details: html`<em>${message("home.chromeDetails")}</em>`,
    allow: html`<em>${message("home.chromeAllow")}</em>`,
    version: "138",
    developer: html`<em>${message("home.chromeDeveloper")}</em>`,
  })} <strong>${message("home.restart")}</strong></li>
<li>${message("home.firefox")}</li>
<li>${message("home.twoManagers")}</li>
</ul>
</section>`;
}

function renderActions(base: string, actions: readonly Listed[], unstable: readonly string[]): Content {
  return html`<section>
<h2>${message("home.actions")}</h2>
<p>${rich("home.aboutActions", { ajax: html`<em>${MODE_LABELS.ajax}</em>` })}</p>
<div class="table whole" role="region" tabindex="0" aria-label="${message("home.actions")}">
<table>
<thead><tr><th scope="col">${message("home.action")}</th><th scope="col">${message("home.mode")}</th><th scope="col">${message("home.address")}</th></tr></thead>
<tbody>
${actions.map(({ id, title, about, modes }) => {
  const address = `${base}/actions/${id}`;
  return html`<tr><td><strong>${title}</strong>${unstable.includes(id) && html` <span class="tag warning">${message("use.unstable")}</span>`}<br>${about}</td><td class="nowrap">${message("home.modes", { modes: modes.map((mode) => MODE_LABELS[mode]) })}</td>
<td class="nowrap"><code>${address}</code> <button type="button" class="small" data-copy="${address}" hidden><span aria-hidden="true">${message("page.copy")}</span><span class="unseen">${message("home.copyAddress", { title })}</span></button></td></tr>\n`;
})}
</tbody>
</table>
</div>
</section>`;
}

/** "Ajax" is the name of the switch in Kitsu. */
const MODE_LABELS = { form: message("home.form"), ajax: message("home.ajax") } as const;
