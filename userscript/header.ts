/**
 * The part of the metadata block that is the same for every studio. The worker adds the rest when
 * it serves the script: namespace, version, match, icon, homepageURL, updateURL, downloadURL.
 *
 * `name` and `namespace` together identify the script in every manager: changing either installs a
 * second copy beside the first. No DOM in this file, because the build imports it in Node.
 */
export const HEADER: readonly (readonly [key: string, value: string])[] = [
  ["name", "Kitsu Actions"],
  ["description", "Shows the results of custom actions"],
  // Before Kitsu's own scripts, in managers that can. Nothing depends on being first, because Kitsu
  // creates a new request for each call.
  ["run-at", "document-start"],
  // Violentmonkey and Userscripts for Safari: the page's own realm, or the content realm if the
  // page's CSP forbids it.
  ["inject-into", "auto"],
  // Tampermonkey: the page's own realm.
  ["sandbox", "raw"],
  // Any grant would move the script out of the page's realm, where it can't see Kitsu's requests.
  ["grant", "none"],
  // Kitsu shows plugins in iframes; the script must not run there.
  ["noframes", ""],
];
