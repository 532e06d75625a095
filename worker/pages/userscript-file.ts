// Serves the script in Kitsu's page: the bundle from gen/, with a configuration made from the
// settings. Userscript managers get it with a metadata block, Kitsu's own page without.

import type { UserscriptConfig } from "../../contract.ts";
import { bundle, header } from "../../gen/userscript.ts";
import { languages } from "../../gen/userscript-languages.ts";
import { Failure } from "../format/failure.ts";
import { message } from "../format/message.ts";
import type { RequestContext } from "../request/request-context.ts";
import type { Settings } from "../settings/settings.ts";
import { serveWithEtag } from "./serve-asset.ts";
import { readUserscriptVersion } from "./userscript-version.ts";

type ServeContext = Pick<RequestContext, "env" | "base" | "settings">;

/** `/kitsu-actions.user.js`: the script that a userscript manager installs. */
export async function serveUserscript(request: Request, { env, base, settings }: ServeContext): Promise<Response> {
  const version = await readUserscriptVersion(env, settings);
  return serveScript(request, metadataBlock(base, settings, version) + configuredBundle(base, settings, { version }));
}

/** The path of the script for Kitsu's own page, in any deployment. */
export const TAG_SCRIPT = "/kitsu-actions.js";

/** `/kitsu-actions.js?v=<version>`: the same script, for a tag in Kitsu's own page. */
export async function serveTagScript(
  request: Request,
  { env, base, settings, url }: ServeContext & Pick<RequestContext, "url">,
): Promise<Response> {
  const version = await readUserscriptVersion(env, settings);
  return serveWithEtag(request, configuredBundle(base, settings, { version, way: "tag" }), {
    ...SCRIPT_HEADERS,
    ...cacheFor(url, version),
    // Kitsu's page may be on another site, and may require that what it embeds allows it.
    "cross-origin-resource-policy": "cross-origin",
  });
}

function configuredBundle(base: string, settings: Settings, more: Pick<UserscriptConfig, "version" | "way">): string {
  const config: UserscriptConfig = {
    ...more,
    worker: base,
    kitsu: settings.kitsuOrigins,
    schemes: settings.schemes,
    languages: ["en", ...languages.keys()],
  };
  return `(function(CONFIG){${bundle}})(${JSON.stringify(config)});\n`;
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
  return serveWithEtag(request, messages, {
    "content-type": "application/json; charset=utf-8",
    ...cacheFor(url, await readUserscriptVersion(env, settings)),
  });
}

/**
 * While a deployment spreads, one version may be asked for and another one answered. Only what an
 * address names is cached for good; anything else is revalidated each time.
 */
const cacheFor = ({ searchParams }: URL, version: string) => ({
  "cache-control": searchParams.get("v") === version ? "public, max-age=31536000, immutable" : "no-cache",
});

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

const SCRIPT_HEADERS = { "content-type": "text/javascript; charset=utf-8" };

const serveScript = (request: Request, source: string) =>
  serveWithEtag(request, source, { ...SCRIPT_HEADERS, "cache-control": "no-cache" });
