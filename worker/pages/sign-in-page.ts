// Asks for the token that opens the log.
import type { LogPage } from "../access/log-access.ts";
import { message } from "../format/message.ts";
import { html } from "./html.ts";
import { type PageContext, renderPage } from "./layout.ts";

/** @param page what opens then, if it is not the log */
export function renderSignIn(context: PageContext, page?: LogPage): Response {
  const { basePath, kitsuUrls } = context.settings;
  return renderPage({
    ...context,
    title: message("log.signIn"),
    status: 401,
    kitsuUrl: kitsuUrls[0],
    body: html`<section>
<h1>${message("log.signInToRead")}</h1>
<p>${message("log.aboutToken", { setting: "LOG_TOKEN" })} <a href="${basePath}/help#sign-in-required">${message("page.troubleshooting")}</a></p>
<form class="filter" method="post" action="${basePath}/runs/sign-in">
${page !== undefined && html`<input type="hidden" name="page" value="${page}">`}
<label>${message("log.token")} <input type="password" name="token" required autocomplete="current-password"></label>
<button class="primary">${message("log.signIn")}</button>
</form>
</section>`,
  });
}
