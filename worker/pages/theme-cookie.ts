// Remembers whether Kitsu is light or dark. The userscript sends the theme with each AJAX call, and
// a cookie keeps it for our pages, which can't read Kitsu's settings from another host. Their
// script reads the cookie (script/theme.ts); without it they use the system's theme.
import * as v from "valibot";
import { THEME_PARAMETER } from "../format/reader.ts";

const Theme = v.picklist(["light", "dark"]);

const COOKIE = "kitsu_actions_theme";
const COOKIE_LIFE_S = 90 * 86_400;

/** The cookie for the theme in a call's address; undefined if absent or unchanged. */
export function makeThemeCookie({ headers }: Request, url: URL, basePath: string): string | undefined {
  const theme = url.searchParams.get(THEME_PARAMETER);
  if (theme === null || !v.is(Theme, theme)) return undefined;
  const cookie = `${COOKIE}=${theme}`;
  if (headers.get("cookie")?.split("; ").includes(cookie)) return undefined;
  // Calls come from Kitsu's page, which may be on another site.
  const sameSite = url.protocol === "https:" ? "SameSite=None; Secure" : "SameSite=Lax";
  return `${cookie}; Path=${basePath || "/"}; Max-Age=${COOKIE_LIFE_S}; ${sameSite}`;
}
