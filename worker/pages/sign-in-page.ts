// Asks for the token that opens the log.
import type { Settings } from "../settings/settings.ts";
import { html } from "./html.ts";
import { renderPage } from "./layout.ts";

export function renderSignIn({ basePath, kitsuUrls }: Settings): Response {
  return renderPage({
    title: "Sign in",
    status: 401,
    basePath,
    kitsuUrl: kitsuUrls[0],
    body: html`<section>
<h1>Sign in to read the log</h1>
<p>The log shows who ran what, and when. Enter the token that is set as LOG_TOKEN on this server. Your pipeline TD has it.</p>
<form class="filter" method="post" action="${basePath}/runs/sign-in">
<label>Token <input type="password" name="token" required autocomplete="current-password"></label>
<button class="primary">Sign in</button>
</form>
</section>`,
  });
}
