/**
 * Whether a page or a toast may open this URL. Allows only absolute URLs of a listed scheme,
 * without a user name: "https://kitsu.studio.tld@elsewhere.tld" leads elsewhere. `javascript:`,
 * `data:`, `file:` and the like are refused even if they are listed.
 * @param schemes without the colon: ["https", "http", "rvlink"]
 */
export function isOpenable(url: string, schemes: readonly string[]): boolean {
  try {
    const { protocol, username, password } = new URL(url);
    return !username && !password && schemes.includes(protocol.slice(0, -1)) && !NEVER_OPENED.test(protocol);
  } catch {
    // The oldest browsers that Kitsu supports don't have URL.canParse.
    return false;
  }
}

const NEVER_OPENED = /^(javascript|data|file|blob|vbscript|about|filesystem|view-source):/;
