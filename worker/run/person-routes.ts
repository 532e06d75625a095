// The HTTP routes for what the log has about one person: a page, all of it as JSON, and erasing it.
import { checkLogAccess, mayReadLog } from "../access/log-access.ts";
import { renderPersonData } from "../pages/person-page.ts";
import { renderSignIn } from "../pages/sign-in-page.ts";
import { readFields } from "../request/body.ts";
import { checkOwnOrigin } from "../request/origin.ts";
import type { RequestContext } from "../request/request-context.ts";
import { formatPosition, parsePosition } from "../storage/search-runs.ts";
import { erasePart, readPersonKey } from "./person-data.ts";
import { streamPersonData } from "./person-export.ts";
import { wantsPage } from "./response.ts";

const FIELD = "person";

/** `GET /runs/person`: what can be done, or the sign-in page. */
export async function servePerson(request: Request, context: RequestContext): Promise<Response> {
  const { settings, url } = context;
  if (settings.logToken !== undefined && !(await mayReadLog(request, context))) return renderSignIn(context);
  await checkLogAccess(request, context);
  const given = url.searchParams.get(FIELD);
  return renderPersonData({ ...context, person: given ? readPersonKey(given, FIELD) : undefined });
}

/** `GET /runs/person.json`: the records of the person's runs. */
export async function servePersonExport(request: Request, context: RequestContext): Promise<Response> {
  await checkLogAccess(request, context);
  const { searchParams } = context.url;
  return streamPersonData(
    readPersonKey(searchParams.get(FIELD), FIELD),
    searchParams.get("cursor") ?? undefined,
    context,
  );
}

/** `POST /runs/person/erase`: erases a part, and says where to continue. */
export async function erasePerson(request: Request, context: RequestContext): Promise<Response> {
  const { env, settings } = context;
  checkOwnOrigin(request, settings);
  await checkLogAccess(request, context);
  const fields = new Map((await readFields(request)).map(([name, value]) => [name, String(value)]));
  const person = readPersonKey(fields.get(FIELD), FIELD);
  const cursor = fields.get("cursor");
  const { next, ...part } = await erasePart(env, settings, person, cursor ? parsePosition(cursor) : undefined);
  // The page counts what was erased before.
  const before = (name: string) => Number(/^\d{1,9}$/.exec(fields.get(name) ?? "")?.[0] ?? 0);
  const erasure = {
    ...{ erased: before("erased") + part.erased, running: before("running") + part.running },
    ...{ searched: part.searched, until: part.until, cursor: next && formatPosition(next) },
  };
  if (wantsPage(request)) return renderPersonData({ ...context, person, erasure });
  const until = part.until && new Date(part.until).toISOString();
  return Response.json({ person, ...erasure, until }, { headers: { "cache-control": "no-store" } });
}
