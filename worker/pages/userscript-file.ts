// Serves the userscript: the bundle from gen/, with a metadata block and a configuration made from
// the settings.

import type { UserscriptConfig } from "../../contract.ts";
import { bundle, header } from "../../gen/userscript.ts";
import { languages } from "../../gen/userscript-languages.ts";
import { Failure } from "../format/failure.ts";
import { sha256Hex } from "../format/hex.ts";
import { message } from "../format/message.ts";
import type { RequestContext } from "../request/request-context.ts";
import type { Settings } from "../settings/settings.ts";
import { readUserscriptVersion } from "./userscript-version.ts";

type ServeContext = Pick<RequestContext, "env" | "base" | "settings">;

/** `/kitsu-actions.user.js`: the script that a userscript manager installs. */
export async function serveUserscript(request: Request, { env, base, settings }: ServeContext): Promise<Response> {
  const version = await readUserscriptVersion(env, settings);
  const config: UserscriptConfig = {
    version,
    worker: base,
    kitsu: settings.kitsuOrigins,
    schemes: settings.schemes,
    languages: ["en", ...languages.keys()],
  };
  const block = metadataBlock(base, settings, version);
  return serveScript(request, `${block}(function(CONFIG){${bundle}})(${JSON.stringify(config)});\n`);
}

/** `/kitsu-actions.meta.js`: only the metadata, which managers check for updates. */
export async function serveMetadata(request: Request, { env, base, settings }: ServeContext): Promise<Response> {
  return serveScript(request, metadataBlock(base, settings, await readUserscriptVersion(env, settings)));
}

/** `/kitsu-actions.fr.json?v=<version>`: the userscript's texts in another language. */
export async function serveLanguage(
  request: Request,
  language: string,
  { env, url, settings }: Pick<RequestContext, "env" | "url" | "settings">,
): Promise<Response> {
  const messages = languages.get(language);
  if (messages === undefined) {
    throw new Failure("unknown-page", {
      text: message("page.unknownLanguage", { language }),
      advice: message("page.languages", { languages: [...languages.keys()] }),
    });
  }
  // While a deployment spreads, a script of one version may get the texts of another.
  const isSameVersion = url.searchParams.get("v") === (await readUserscriptVersion(env, settings));
  return serveWithEtag(request, messages, {
    "content-type": "application/json; charset=utf-8",
    "cache-control": isSameVersion ? "public, max-age=31536000, immutable" : "no-cache",
  });
}

function metadataBlock(base: string, settings: Settings, version: string): string {
  const lines = [
    ...header,
    ["namespace", `${new URL(base).origin}/`],
    ["version", version],
    ...[...new Set([...settings.kitsuOrigins, new URL(base).origin].flatMap(matchOrigin))].map((pattern) => [
      "match",
      pattern,
    ]),
    ["icon", `${base}/icon.svg`],
    ["homepageURL", `${base}/`],
    ["updateURL", `${base}/kitsu-actions.meta.js`],
    ["downloadURL", `${base}/kitsu-actions.user.js`],
  ];
  return [
    "// ==UserScript==",
    ...lines.map(([key, value]) => `// @${key} ${value}`.trimEnd()),
    "// ==/UserScript==",
    "",
  ].join("\n");
}

/**
 * Managers treat ports in a pattern differently: Violentmonkey compares host and port literally,
 * Greasemonkey only the host. Two patterns match in both; the script itself checks the origin.
 */
function matchOrigin(origin: string): string[] {
  const { protocol, hostname, host } = new URL(origin);
  return [`${protocol}//${hostname}/*`, `${protocol}//${host}/*`];
}

const serveScript = (request: Request, source: string) =>
  serveWithEtag(request, source, {
    "content-type": "text/javascript; charset=utf-8",
    "cache-control": "no-cache",
  });

async function serveWithEtag(request: Request, source: string, more: Record<string, string>): Promise<Response> {
  const etag = `"${await sha256Hex(source, 12)}"`;
  const headers = { ...more, "x-content-type-options": "nosniff", etag };
  if (request.headers.get("if-none-match") === etag) return new Response(null, { status: 304, headers });
  return new Response(source, { headers });
}
