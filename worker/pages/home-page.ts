// The home page: whether the userscript runs, how to install it, and the addresses of the actions.
import type { Action } from "../action/action.ts";
import { isUnencrypted } from "../request/public-url.ts";
import type { Settings } from "../settings/settings.ts";
import { html } from "./html.ts";
import { renderPage } from "./layout.ts";

type Listed = Pick<Action, "id" | "title" | "about" | "modes">;

export function renderHome(base: string, settings: Settings, actions: readonly Listed[], version: string): Response {
  return renderPage({
    title: "Home",
    basePath: settings.basePath,
    kitsuUrl: settings.kitsuUrls[0],
    body: html`<section>
<h1>Custom actions for Kitsu</h1>
<p>This server runs the custom actions of ${settings.kitsuUrls.map((url, index) => html`${index > 0 && ", "}<a href="${url}">${url}</a>`)}.
The userscript shows their results in Kitsu.</p>
<p class="alive"><span class="tag success">The userscript is running on this page.</span></p>
<p class="outdated" role="status" data-offered="${version}" hidden>Your userscript is version <span data-running></span>; version ${version} is available. To update now, press <em>Install the userscript</em>, confirm in your userscript manager, and reload Kitsu's tabs. The old version keeps working, and most managers update it automatically within a week.</p>
<p class="dead"><span class="tag warning">The userscript is not running on this page.</span></p>
${isUnencrypted(base) && html`<p><span class="tag warning">Plain http</span> This page was loaded without https. The userscript and its updates would be, too, and anyone on the network could change them. Open this page over https before you install the userscript. If you already use https, ask your TD to set <code>TRUST_PROXY</code> (see docs/deploy.md).</p>`}
<p><a class="button primary" href="${base}/kitsu-actions.user.js">Install the userscript</a> <span class="quiet">version ${version}</span></p>
</section>
<section class="steps">
<h2>How to install it</h2>
<ol>
<li>Install a userscript manager in your browser: <a href="https://violentmonkey.github.io/get-it/">Violentmonkey</a>, <a href="https://www.tampermonkey.net/">Tampermonkey</a>, <a href="https://scriptcat.org/">ScriptCat</a>, <a href="https://www.greasespot.net/">Greasemonkey</a> (Firefox), or <a href="https://github.com/quoid/userscripts">Userscripts</a> (Safari).</li>
<li>Press <em>Install the userscript</em> above and confirm in the manager. In Safari, use the popup of the extension.</li>
<li>Reload this page: the line above turns green. Then reload Kitsu.</li>
</ol>
<h3>If it is installed but not running</h3>
<ul>
<li>Chrome, Edge, Brave and Opera: open <code>chrome://extensions</code>, then the manager's <em>Details</em>, and turn on <em>Allow User Scripts</em> (before version 138: <em>Developer mode</em>, at the top right). Then <strong>restart the browser</strong>; otherwise nothing changes.</li>
<li>Firefox: check the manager's icon to see whether scripts are turned off for this site.</li>
<li>If it is installed in two managers, only the first one shows toasts.</li>
</ul>
</section>
<section>
<h2>Actions</h2>
<p>In Kitsu, an administrator adds a custom action with one of these addresses. With <em>Ajax</em> on, the userscript shows the result in Kitsu. With it off, the action opens in a tab, as a form.</p>
<div class="table whole" role="region" tabindex="0" aria-label="Actions">
<table>
<thead><tr><th scope="col">Action</th><th scope="col">Mode</th><th scope="col">Address for Kitsu</th></tr></thead>
<tbody>
${actions.map(
  ({
    id,
    title,
    about,
    modes,
  }) => html`<tr><td><strong>${title}</strong><br>${about}</td><td class="nowrap">${modes.map((mode) => MODE_LABELS[mode]).join(", ")}</td>
<td class="nowrap"><code>${base}/actions/${id}</code> <button type="button" class="small" data-copy="${base}/actions/${id}" hidden>Copy<span class="unseen"> the address of ${title}</span></button></td></tr>\n`,
)}
</tbody>
</table>
</div>
</section>`,
  });
}

/** "Ajax" is the name of the switch in Kitsu. */
const MODE_LABELS = { form: "form", ajax: "Ajax" } as const;
