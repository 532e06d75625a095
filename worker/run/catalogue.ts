// `GET /actions`: lists the actions, and says which of them the caller may run. The caller is
// identified by Kitsu's session or Cloudflare Access. A mere claim is not looked up, because the
// answer would reveal whether that person exists.
import { type Catalogue, WIRE_VERSION } from "../../contract.ts";
import { identify, type Person } from "../access/person.ts";
import type { Action } from "../action/action.ts";
import { findMissingTrust } from "../action/authorize.ts";
import { isInDepartment, isOneOf } from "../action/authorize-person.ts";
import { listActions } from "../actions/index.ts";
import { localize } from "../format/localize.ts";
import { readReader } from "../request/read-reader.ts";
import type { RequestContext } from "../request/request-context.ts";
import { limitsOf } from "../settings/settings.ts";
import { readUnstable } from "../storage/use/unstable.ts";

export async function serveCatalogue(request: Request, context: RequestContext): Promise<Response> {
  const { env, settings, ctx, base, url } = context;
  const person = await identify(request, { person: {}, ignored: [] }, context, request.signal);
  const reader = readReader(request, url, settings, person);
  const unstable = await readUnstable(env, (work) => ctx.waitUntil(work));
  const actions = listActions(settings).map((action) => ({
    id: action.id,
    title: localize(action.title, reader),
    about: localize(action.about, reader),
    url: `${base}/actions/${action.id}`,
    modes: [...action.modes],
    ...(action.entityTypes && { entityTypes: [...action.entityTypes] }),
    mayRun: mayRun(person, action, context),
    ...(unstable.includes(action.id) && { unstable: true }),
  }));
  const { trust, role } = person;
  const catalogue: Catalogue = { version: WIRE_VERSION, person: { trust, role }, actions };
  return Response.json(catalogue, { headers: { "cache-control": "no-store" } });
}

/**
 * Only an estimate, because there is no selection: a role may differ by project, and an unknown
 * caller has no role.
 */
function mayRun(person: Person, action: Action, { settings }: RequestContext): boolean {
  const limits = limitsOf(settings, action.id);
  const { role } = person;
  const hasRole = (roles: readonly string[] | undefined) =>
    roles === undefined || (role !== undefined && roles.includes(role));
  return (
    findMissingTrust(person, action, settings) === undefined &&
    hasRole(action.roles) &&
    hasRole(limits.roles) &&
    isOneOf(person, limits) &&
    isInDepartment(person, limits)
  );
}
