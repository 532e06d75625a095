// A deployment whose set-up is not finished: what works then, and what its home page says.
import { listActions } from "../actions/index.ts";
import { renderHome, renderUnfinished } from "../pages/home-page.ts";
import { readUserscriptVersion } from "../pages/userscript-version.ts";
import type { RequestContext } from "../request/request-context.ts";
import { type Env, inspectSettings, readSettings, type Settings } from "../settings/settings.ts";
import { readUnstable } from "../storage/use/unstable.ts";
import { isSetUp } from "./diagnosis.ts";

/** `GET /`: to everyone, it says no more than that something is missing or wrong. */
export async function serveHome(request: Request, context: RequestContext): Promise<Response> {
  const { env, settings, ctx } = context;
  const { problems } = inspectSettings(env);
  if (problems.length > 0) return renderUnfinished(context);
  const unstable = readUnstable(env, (work) => ctx.waitUntil(work));
  return renderHome(context, listActions(settings), await readUserscriptVersion(env, settings), {
    needsSetUp: !isSetUp({ ...context, request, problems }),
    unstable: await unstable,
  });
}

/** What works with invalid settings: what helps to fix them. */
const SET_UP = /^(.*?)(?:\/|\/doctor(?:\.json)?|\/help|\/runs\/sign-in|\/(?:style\.css|theme\.js|page\.js|icon\.svg))$/;

/**
 * The settings for a request to this path. Throws if any is invalid, unless the path is one of
 * SET_UP: nothing else may be done with settings of which some are left out.
 */
export function readSettingsFor(pathname: string, env: Env): Settings {
  const { settings, problems } = inspectSettings(env);
  const [, base] = SET_UP.exec(pathname) ?? [];
  if (problems.length === 0 || base === undefined) return readSettings(env);
  // Only the path itself says where the worker is then.
  if (problems.some(({ name }) => name === "BASE_PATH")) return { ...settings, basePath: base };
  return base === settings.basePath ? settings : readSettings(env);
}
