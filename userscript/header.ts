/**
 * The metadata block, as far as it is the same everywhere. The worker adds what depends on the studio when it serves the
 * script: namespace, version, match, icon, homepageURL, updateURL, downloadURL.
 *
 * `name` and `namespace` together are the script's identity in every manager: changing either installs a second copy beside the
 * first. No DOM in this file: the build imports it in Node.
 */
export const HEADER: readonly (readonly [key: string, value: string])[] = [
  ["name", "Kitsu Actions"],
  ["description", "Shows what came of custom actions"],
  // Before Kitsu's own scripts, where the manager can. Nothing depends on winning that race: Kitsu makes a new request per call.
  ["run-at", "document-start"],
  // Violentmonkey and Userscripts for Safari: the page's own realm, or the content realm where the page's CSP forbids it.
  ["inject-into", "auto"],
  // Tampermonkey: the page's own realm.
  ["sandbox", "raw"],
  // Any grant moves the script out of the page's realm, where it would see none of Kitsu's requests.
  ["grant", "none"],
  // Kitsu shows plugins in iframes, and they are not Kitsu.
  ["noframes", ""],
];
