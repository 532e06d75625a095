// The HTTP routes for what the log has about one person: a page, all of it as JSON, and erasing it.
import * as v from "valibot";
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
/** How many people with one address are listed. */
const IDS_MAX = 20;

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
  return streamPersonData(readPersonKey(context.url.searchParams.get(FIELD), FIELD), context);
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
  // The console's lines are stored elsewhere, so they must not name whom the log forgets.
  if (part.erased > 0) console.log(JSON.stringify({ message: "A person's data was erased", runs: part.erased }));
  // The page counts what was erased before.
  const before = (name: string) => Number(/^\d{1,9}$/.exec(fields.get(name) ?? "")?.[0] ?? 0);
  const idsBefore = (fields.get("ids") ?? "").split(",").filter((id) => v.UUID_REGEX.test(id));
  const erasure = {
    ...{ erased: before("erased") + part.erased, running: before("running") + part.running },
    ids: [...new Set([...idsBefore, ...part.ids])].slice(0, IDS_MAX),
    ...{ searched: part.searched, until: part.until, cursor: next && formatPosition(next) },
  };
  if (wantsPage(request)) return renderPersonData({ ...context, person, erasure });
  const until = part.until && new Date(part.until).toISOString();
  return Response.json({ person, ...erasure, until }, { headers: { "cache-control": "no-store" } });
}
