// The userscript as it is served: a metadata block and a configuration made from the settings, around the bundle the build left in gen/.

import type { UserscriptConfig } from "../contract.ts";
import { builtAtS, bundle, header, version } from "../gen/userscript.ts";
import type { Scene } from "./scene.ts";
import type { Settings } from "./settings.ts";

/** Managers compare versions number by number, so every deploy and every change of settings is a later version. */
export const userscriptVersion = ({ deployedAtS }: Settings) => `${version}.${Math.max(deployedAtS, builtAtS)}`;

/** `/kitsu-actions.user.js`: what a manager installs. */
export function serveUserscript(request: Request, { base, settings }: Pick<Scene, "base" | "settings">): Promise<Response> {
  const config: UserscriptConfig = {
    version: userscriptVersion(settings),
    worker: base,
    kitsu: settings.kitsuOrigins,
    schemes: settings.schemes,
  };
  return serveScript(request, `${metadataBlock(base, settings)}(function(CONFIG){${bundle}})(${JSON.stringify(config)});\n`);
}

/** `/kitsu-actions.meta.js`: what a manager asks for to see whether there is a later version. */
export function serveMetadata(request: Request, { base, settings }: Pick<Scene, "base" | "settings">): Promise<Response> {
  return serveScript(request, metadataBlock(base, settings));
}

function metadataBlock(base: string, settings: Settings): string {
  const lines = [
    ...header,
    ["namespace", `${new URL(base).origin}/`],
    ["version", userscriptVersion(settings)],
    ...[...new Set([...settings.kitsuOrigins, new URL(base).origin].flatMap(matchOrigin))].map((pattern) => ["match", pattern]),
    ["icon", `${base}/icon.svg`],
    ["homepageURL", `${base}/`],
    ["updateURL", `${base}/kitsu-actions.meta.js`],
    ["downloadURL", `${base}/kitsu-actions.user.js`],
  ];
  return ["// ==UserScript==", ...lines.map(([key, value]) => `// @${key} ${value}`.trimEnd()), "// ==/UserScript==", ""].join(
    "\n",
  );
}

/**
 * Managers read a port in a pattern differently: Violentmonkey compares host and port literally, Greasemonkey the host alone. Both lines
 * together match everywhere; the script itself checks the origin.
 */
function matchOrigin(origin: string): string[] {
  const { protocol, hostname, host } = new URL(origin);
  return [`${protocol}//${hostname}/*`, `${protocol}//${host}/*`];
}

async function serveScript(request: Request, source: string): Promise<Response> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(source));
  const etag = `"${[...new Uint8Array(digest, 0, 12)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}"`;
  const headers = {
    "content-type": "text/javascript; charset=utf-8",
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
    etag,
  };
  if (request.headers.get("if-none-match") === etag) return new Response(null, { status: 304, headers });
  return new Response(source, { headers });
}
