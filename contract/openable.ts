/**
 * May this URL be opened, from a page or a toast? Only absolute URLs of a listed scheme, without a user name in them (which is
 * how "https://kitsu.studio.tld@elsewhere.tld" is made). `javascript:`, `data:`, `file:` and the like can't be listed.
 * @param schemes without the colon: ["https", "http", "rvlink"]
 */
export function isOpenable(url: string, schemes: readonly string[]): boolean {
  try {
    const { protocol, username, password } = new URL(url);
    return !username && !password && schemes.includes(protocol.slice(0, -1)) && !NEVER_OPENED.test(protocol);
  } catch {
    // URL.canParse is younger than the oldest browsers Kitsu runs in.
    return false;
  }
}

const NEVER_OPENED = /^(javascript|data|file|blob|vbscript|about|filesystem|view-source):/;
