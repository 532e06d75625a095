// How Kitsu looks to a person: the userscript says so with each AJAX call, and a cookie keeps it for our pages, which can't know it on a host of their own.
// Their script reads it (page-script/theme.ts). A browser that keeps no such cookie shows them as the system looks.
import * as v from "valibot";
import { THEME_PARAMETER } from "../storage/run-links.ts";

const Theme = v.picklist(["light", "dark"]);

const COOKIE = "kitsu_actions_theme";
const COOKIE_LIFE_S = 90 * 86_400;

/** The cookie that keeps what the address of a call says; nothing where it says nothing new. */
export function makeThemeCookie({ url, headers }: Request, basePath: string): string | undefined {
  const said = v.safeParse(Theme, new URL(url).searchParams.get(THEME_PARAMETER));
  if (!said.success) return undefined;
  const cookie = `${COOKIE}=${said.output}`;
  if (headers.get("cookie")?.split("; ").includes(cookie)) return undefined;
  // Kitsu's page may be another site's, and calls come from there.
  const reach = url.startsWith("https:") ? "SameSite=None; Secure" : "SameSite=Lax";
  return `${cookie}; Path=${basePath || "/"}; Max-Age=${COOKIE_LIFE_S}; ${reach}`;
}
