// How Kitsu looks to a person: the userscript says so with each AJAX call, and a cookie keeps it for the pages of forms, which can't know it on a host of
// their own. A browser that keeps no such cookie shows them as the system looks.
import * as v from "valibot";
import { THEME_PARAMETER } from "./run.ts";

const Theme = v.picklist(["light", "dark"]);
export type Theme = v.InferOutput<typeof Theme>;

const COOKIE = "kitsu_actions_theme";
const KEPT_S = 90 * 86_400;

/** As the address says, else as an earlier one did; absent where nobody said anything. */
export function readTheme(request: Request): Theme | undefined {
  return readSaid(request) ?? readKept(request);
}

/** The cookie that keeps what the address says; nothing where it says nothing new. */
export function keepTheme(request: Request, basePath: string): string | undefined {
  const said = readSaid(request);
  if (said === undefined || said === readKept(request)) return undefined;
  // Kitsu's page may be another site's, and forms come from there.
  const reach = request.url.startsWith("https:") ? "SameSite=None; Secure" : "SameSite=Lax";
  return `${COOKIE}=${said}; Path=${basePath || "/"}; Max-Age=${KEPT_S}; HttpOnly; ${reach}`;
}

const readSaid = ({ url }: Request) => parse(new URL(url).searchParams.get(THEME_PARAMETER));
const readKept = ({ headers }: Request) => parse(new RegExp(`(?:^|; )${COOKIE}=(\\w+)`).exec(headers.get("cookie") ?? "")?.[1]);

function parse(text: string | null | undefined): Theme | undefined {
  const theme = v.safeParse(Theme, text);
  return theme.success ? theme.output : undefined;
}
