// `GET /help`: docs/troubleshooting.md. Its frame and the names of failures are in the reader's
// language, the rest is in English.
import { renderEntries } from "../../gen/help.ts";
import type { FailureCode } from "../format/failure.ts";
import { message } from "../format/message.ts";
import type { RequestContext } from "../request/request-context.ts";
import { html } from "./html.ts";
import { renderPage } from "./layout.ts";
import { serveWithEtag } from "./serve-asset.ts";

/** Needs no permission: it says nothing of the studio. */
export async function serveHelp(request: Request, context: RequestContext): Promise<Response> {
  const title = message("page.troubleshooting");
  const page = renderPage({
    ...context,
    title,
    kitsuUrl: context.settings.kitsuUrls[0],
    body: html`<h1>${title}</h1>
<div class="entries" lang="en" dir="ltr">
${renderEntries(renderCode)}
</div>`,
  });
  const { headers } = page;
  // It is in the reader's language, which no address names.
  headers.set("cache-control", "private, no-cache");
  return serveWithEtag(request, await page.text(), headers);
}

const renderCode = (code: FailureCode) =>
  html`<span lang="${({ language }) => language}" dir="auto">${message(`failure.${code}`)}</span> <code>${code}</code>`;
