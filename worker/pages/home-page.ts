// The worker's home: is the userscript alive, how is it installed, which actions are there and at which address.
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
The userscript shows in Kitsu what came of them.</p>
<p class="alive"><span class="tag success">The userscript is running on this page.</span></p>
<p class="outdated" role="status" data-offered="${version}" hidden>What runs here is version <span data-running></span>, older than the version ${version} that is offered. Press <em>Install the userscript</em> to update it now, confirm what the manager shows, and reload Kitsu's tabs. Nothing breaks until then: most managers update it by themselves within a week.</p>
<p class="dead"><span class="tag warning">The userscript is not running on this page.</span></p>
${isUnencrypted(base) && html`<p><span class="tag warning">Plain http</span> This page came without https, and so does the userscript, at each update: anybody on the network in between can change it. Open this page by https before you install it. If you did, your TD sets <code>TRUST_PROXY</code>: docs/deploy.md.</p>`}
<p><a class="button primary" href="${base}/kitsu-actions.user.js">Install the userscript</a> <span class="quiet">version ${version}</span></p>
</section>
<section class="steps">
<h2>How to install it</h2>
<ol>
<li>Have a userscript manager in your browser: <a href="https://violentmonkey.github.io/get-it/">Violentmonkey</a>, <a href="https://www.tampermonkey.net/">Tampermonkey</a>, <a href="https://scriptcat.org/">ScriptCat</a>, <a href="https://www.greasespot.net/">Greasemonkey</a> (Firefox), or <a href="https://github.com/quoid/userscripts">Userscripts</a> (Safari).</li>
<li>Press <em>Install the userscript</em> above and confirm what the manager shows. In Safari the extension's own popup offers it.</li>
<li>Reload this page: the line above turns green. Then reload Kitsu.</li>
</ol>
<h3>It is installed, but not running</h3>
<ul>
<li>Chrome, Edge, Brave and Opera: open <code>chrome://extensions</code>, the manager's <em>Details</em>, and turn on <em>Allow User Scripts</em> (before version 138: <em>Developer mode</em>, at the top right). Then <strong>restart the browser</strong>: without that nothing changes.</li>
<li>Firefox: the manager's icon says whether scripts are switched off for this site.</li>
<li>In two managers at once, the first one shows the toasts and the second keeps still.</li>
</ul>
</section>
<section>
<h2>The actions</h2>
<p>In Kitsu, an administrator adds a custom action with one of these addresses. <em>Ajax</em> on: the userscript shows the outcome in Kitsu. Off, as a form: it opens in a tab.</p>
<div class="table whole" role="region" tabindex="0" aria-label="The actions">
<table>
<thead><tr><th scope="col">Action</th><th scope="col">Offered as</th><th scope="col">Address for Kitsu</th></tr></thead>
<tbody>
${actions.map(
  ({
    id,
    title,
    about,
    modes,
  }) => html`<tr><td><strong>${title}</strong><br>${about}</td><td class="nowrap">${modes.map((mode) => MODES[mode]).join(", ")}</td>
<td class="nowrap"><code>${base}/actions/${id}</code> <button type="button" class="small" data-copy="${base}/actions/${id}" hidden>Copy<span class="unseen"> the address of ${title}</span></button></td></tr>\n`,
)}
</tbody>
</table>
</div>
</section>`,
  });
}

/** As Kitsu's own switch is called, the one that it is offered with first. */
const MODES = { form: "form", ajax: "Ajax" } as const;
