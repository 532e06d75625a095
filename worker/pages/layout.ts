// The layout of every page: head, top bar and security headers. No inline scripts or styles.
import { listMessages } from "../format/localize.ts";
import { message, type Text } from "../format/message.ts";
import type { Reader } from "../format/reader.ts";
import { type Content, html } from "./html.ts";
import { SCRIPT_AREAS, SCRIPT_TEXTS, type ScriptTexts } from "./script-texts.ts";

/** What pages need of the settings, and for whom they are written. */
export type PageContext = {
  settings: {
    basePath: string;
    kitsuUrls: readonly string[];
    logToken: string | undefined;
    access: object | undefined;
  };
  reader: Reader;
};

export type Page = PageContext & {
  title: Text;
  body: Content;
  /** Kitsu, or the page in Kitsu that the person came from */
  kitsuUrl?: string | undefined;
  status?: number;
  /** for the answer to a form: an address that shows it again without submitting the form again */
  address?: string | undefined;
  /** for tables with many columns */
  isWide?: boolean;
  /** reloads the page after so many seconds in a browser without JavaScript */
  refreshS?: number | undefined;
  /** the page embeds a document of the studio's server, which may have inline styles and images */
  hasDocument?: boolean;
};

export function renderPage({
  title,
  body,
  kitsuUrl,
  settings: { basePath },
  reader,
  status = 200,
  address,
  isWide = false,
  refreshS,
  hasDocument = false,
}: Page): Response {
  const markup = html`<!doctype html>
<html lang="${reader.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
${refreshS !== undefined && html`<noscript><meta http-equiv="refresh" content="${refreshS}"></noscript>`}
${renderScriptTexts(reader)}
<title>${title} · Kitsu Actions</title>
<link rel="stylesheet" href="${basePath}/style.css">
<link rel="icon" href="${basePath}/icon.svg" type="image/svg+xml">
<script src="${basePath}/theme.js"></script>
<script src="${basePath}/page.js" defer></script>
</head>
<body>
<header class="bar">
<a class="brand" href="${basePath}/"><img src="${basePath}/icon.svg" alt="" width="24" height="24">Kitsu Actions</a>
<nav aria-label="${message("page.pages")}">
<a href="${basePath}/runs">${message("page.log")}</a>
${kitsuUrl !== undefined && html`<a href="${kitsuUrl}">${message("page.backToKitsu")}</a>`}
</nav>
</header>
<main${isWide && html` class="wide"`}${address !== undefined && html` data-address="${address}"`}>
${body}
</main>
</body>
</html>
`;
  return new Response(markup.write(reader), { status, headers: pageHeaders(hasDocument) });
}

/** The texts of the page's script. An attribute has no markup that could end early. */
export function renderScriptTexts(reader: Reader): Content {
  const texts: ScriptTexts = { reader, messages: listMessages(SCRIPT_AREAS, reader) };
  return html`<meta name="${SCRIPT_TEXTS}" content="${JSON.stringify(texts)}">`;
}

function pageHeaders(hasDocument: boolean): Record<string, string> {
  // A srcdoc frame inherits the policy of its page. The frame is sandboxed: no scripts, no access
  // to our origin.
  const styleAndImages = hasDocument
    ? "style-src 'self' 'unsafe-inline'; img-src 'self' https: data:"
    : "style-src 'self'; img-src 'self'";
  return {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": `default-src 'none'; script-src 'self'; ${styleAndImages}; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    "cache-control": "no-store",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
  };
}
