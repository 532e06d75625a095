// The entry of the package `kitsu-actions`: the worker, and what a studio's actions are written
// with. Here are the routes, and the handling that all requests share.
import { type IRequest, Router } from "itty-router";
import { pageScript } from "../gen/page-script.ts";
import { themeScript } from "../gen/theme-script.ts";
import { returnToLog, signIn, signOut } from "./access/log-access.ts";
import type { Action } from "./action/action.ts";
import { setStudioActions } from "./actions/index.ts";
import { serveDoctor, serveDoctorJson } from "./doctor/doctor-routes.ts";
import { readSettingsFor, serveHome } from "./doctor/set-up.ts";
import { toFailure } from "./format/failure.ts";
import { serveContract, serveOpenapi } from "./pages/api-description.ts";
import { serveHelp } from "./pages/help-page.ts";
import { icon } from "./pages/icon.ts";
import { style } from "./pages/page-style.ts";
import { isForKitsu, passToKitsu } from "./pages/pass-to-kitsu.ts";
import { serveAsset } from "./pages/serve-asset.ts";
import { serveLanguage, serveMetadata, serveTagScript, serveUserscript } from "./pages/userscript-file.ts";
import { addCorsHeaders, addCorsHeadersWithoutSettings, createPreflightResponse } from "./request/cors.ts";
import { answerPreflight } from "./request/origin.ts";
import { withPublicUrl } from "./request/public-url.ts";
import { checkAddressRate } from "./request/rate-limit.ts";
import { readReader } from "./request/read-reader.ts";
import { type RequestContext, readPath } from "./request/request-context.ts";
import { onHttps, type PartHandler, withPart } from "./request/route-handlers.ts";
import { refuseUnknownRoute } from "./request/unknown-route.ts";
import { serveCatalogue } from "./run/catalogue.ts";
import { dispatch } from "./run/dispatch.ts";
import { dispatchControl, dispatchRetry, dispatchUndo } from "./run/follow-up.ts";
import { serveLog, serveLogCsv, serveLogJson } from "./run/log-routes.ts";
import { serveFollow, servePicture, serveReport } from "./run/long-run/long-run-routes.ts";
import { serveFixture } from "./run/make-fixture.ts";
import { erasePerson, servePerson, servePersonExport } from "./run/person-routes.ts";
import { answerFailure } from "./run/response.ts";
import { serveRun, voidAttempt } from "./run/run-routes.ts";
import { serveUse, serveUseCsv, serveUseJson } from "./run/use-routes.ts";
import type { Env } from "./settings/settings.ts";
import {
  serveFile,
  serveMedia,
  serveTasks,
  serveTicket,
  serveTicketReport,
  serveTicketState,
} from "./storage/temporary-link-routes.ts";

const control =
  (kind: "cancel" | "pause" | "resume"): PartHandler =>
  (request, id, context) =>
    dispatchControl(request, id, kind, context);

const dispatchDry: PartHandler = (request, id, context) => dispatch(request, id, context, true);

/**
 * itty-router adds members to the request that it routes. It gets a stand-in, so that handlers get
 * the request unchanged.
 */
const makeRouter = (base: string) =>
  Router<IRequest, [request: Request, context: RequestContext], Response>({ base })
    .get("/", onHttps(serveHome))
    .get("/doctor", onHttps(serveDoctor))
    .get("/doctor.json", (_, request, context) => serveDoctorJson(request, context))
    .get("/kitsu-actions.user.js", onHttps(serveUserscript))
    .get("/kitsu-actions.js", onHttps(serveTagScript))
    .get("/kitsu-actions.meta.js", onHttps(serveMetadata))
    .get("/kitsu-actions.:language.json", withPart("language", serveLanguage))
    .get("/help", (_, request, context) => serveHelp(request, context))
    .get("/actions", (_, request, context) => serveCatalogue(request, context))
    .post("/actions/:id/dry", withPart("id", dispatchDry))
    .get("/runs", (_, request, context) => serveLog(request, context))
    .get("/runs.json", (_, request, context) => serveLogJson(request, context))
    .get("/runs.csv", (_, request, context) => serveLogCsv(request, context))
    .get("/use", (_, request, context) => serveUse(request, context))
    .get("/use.json", (_, request, context) => serveUseJson(request, context))
    .get("/use.csv", (_, request, context) => serveUseCsv(request, context))
    .post("/runs/sign-in", (_, request, context) => signIn(request, context.settings))
    .get("/runs/sign-:way", (_, __, context) => returnToLog(context))
    .post("/runs/sign-out", (_, request, context) => signOut(request, context))
    .get("/runs/person", (_, request, context) => servePerson(request, context))
    .get("/runs/person.json", (_, request, context) => servePersonExport(request, context))
    .get("/runs/person/erase", (_, __, context) => returnToLog(context))
    .post("/runs/person/erase", (_, request, context) => erasePerson(request, context))
    .get("/runs/:id", withPart("id", serveRun))
    .get("/runs/:id/fixture.json", withPart("id", serveFixture))
    .options("/runs/:id/:again", (_, request, context) => answerPreflight(request, context))
    .post("/runs/:id/void", withPart("id", voidAttempt))
    .post("/runs/:id/retry", withPart("id", dispatchRetry))
    .post("/runs/:id/undo", withPart("id", dispatchUndo))
    .post("/runs/:id/cancel", withPart("id", control("cancel")))
    .post("/runs/:id/pause", withPart("id", control("pause")))
    .post("/runs/:id/resume", withPart("id", control("resume")))
    .get("/runs/:id/follow", withPart("id", serveFollow))
    .get("/runs/:id/picture", ({ params }, _, context) => servePicture(params.id ?? "", context))
    .post("/runs/:id/progress", withPart("id", serveReport))
    .all("/t/:token", withPart("token", serveTicket))
    .get("/t/:token/state", ({ params }, _, context) => serveTicketState(params.token ?? "", context))
    .post("/t/:token/report", withPart("token", serveTicketReport))
    .all("/media/:token/:name", withPart("token", serveMedia))
    .get("/files/:token/:name", ({ params }, _, context) => serveFile(params.token ?? "", context))
    .get("/tasks/:token/:page", ({ params }, request, context) =>
      serveTasks(request, params.token ?? "", params.page ?? "", context),
    )
    .get("/style.css", () => serveAsset(style, "text/css"))
    .get("/theme.js", () => serveAsset(themeScript, "text/javascript"))
    .get("/page.js", () => serveAsset(pageScript, "text/javascript"))
    .get("/icon.svg", () => serveAsset(icon, "image/svg+xml"))
    .get("/openapi.json", () => serveOpenapi())
    .get("/contract.schema.json", () => serveContract())
    // Accepts what a call accepts, to test whether the browser would send a call.
    .options("/ping", (_, request, context) => answerPreflight(request, context))
    .get("/ping", answerPing)
    .post("/ping", answerPing);

const answerPing = () => new Response(null, { status: 204 });

/** Calls are the most frequent requests, and the router would parse their URLs once more. */
const CALL_PATH = /^\/actions\/([^/]+)$/;

let router: ({ base: string } & Pick<ReturnType<typeof makeRouter>, "fetch" | "routes">) | undefined;

async function route(request: Request, context: RequestContext): Promise<Response> {
  const { basePath } = context.settings;
  await checkAddressRate(request, context);
  const [, action] = CALL_PATH.exec(context.path) ?? [];
  if (action !== undefined)
    return request.method === "OPTIONS" ? answerPreflight(request, context) : dispatch(request, action, context);
  if (router?.base !== basePath) {
    const { fetch, routes } = makeRouter(basePath);
    router = { base: basePath, fetch, routes };
  }
  const response: Response | undefined = await router.fetch(
    { method: request.method, url: request.url },
    request,
    context,
  );
  if (response !== undefined) return response;
  throw refuseUnknownRoute(router.routes, context);
}

/**
 * Answers HEAD like GET, without the body. HEAD must not run an action or use up a ticket, and for
 * media it is passed on to Zou.
 */
async function routeHead(request: Request, context: RequestContext): Promise<Response> {
  if (/^\/(actions|t|media)\//.test(context.path)) return route(request, context);
  const response = await route(new Request(request, { method: "GET" }), context);
  return new Response(null, response);
}

/** Answers a request, whatever happens. */
async function serve(
  arrived: Request<unknown, IncomingRequestCfProperties>,
  env: Env,
  ctx: ExecutionContext,
): Promise<Response> {
  let request: Request = arrived;
  try {
    const settings = readSettingsFor(new URL(arrived.url).pathname, env);
    request = withPublicUrl(arrived, settings);
    const url = new URL(request.url);
    const reader = readReader(request, url, settings);
    const path = readPath(url, settings);
    const context = { env, settings, ctx, url, path, reader, base: `${url.origin}${settings.basePath}` };
    const response = await (request.method === "HEAD" ? routeHead : route)(request, context).catch((thrown: unknown) =>
      answerFailure(request, toFailure(thrown), context),
    );
    return addCorsHeaders(request, response, context);
  } catch (thrown) {
    // A preflight can't say which setting is wrong, so it is allowed: the answer to the call can.
    const response =
      request.method === "OPTIONS"
        ? createPreflightResponse(request, 0)
        : answerFailure(request, toFailure(thrown), undefined);
    return addCorsHeadersWithoutSettings(request, response, env.KITSU_URL);
  }
}

/** What a worker exports as its default. `env` is what wrangler.toml and the secrets define. */
export type KitsuActionsWorker = {
  fetch(request: Request<unknown, IncomingRequestCfProperties>, env: object, ctx: ExecutionContext): Promise<Response>;
};

/**
 * The worker with the built-in actions and a studio's own ones. Its main module exports it as the
 * default, beside the five Durable Object classes:
 *
 * ```ts
 * import { createWorker } from "kitsu-actions";
 * import { actions } from "./gen/actions.ts";
 *
 * export { ActionUse, Locks, LongRun, RunCoordinator, TemporaryLink } from "kitsu-actions";
 * export default createWorker({ actions });
 * ```
 *
 * @param options.actions each made by `defineAction`
 * @throws TypeError if an action can't be used, such as one without a title: the worker does not
 *   start, and Cloudflare refuses its deployment with this message
 */
export function createWorker({ actions }: { actions: readonly Action[] }): KitsuActionsWorker {
  setStudioActions(actions);
  return {
    fetch: (request, env: Env, ctx) =>
      isForKitsu(request.url, env) ? passToKitsu(request, env, ctx) : serve(request, env, ctx),
  };
}

export type { EntityType } from "../contract.ts";
export type { Person } from "./access/person.ts";
export {
  type Action,
  type ActionContext,
  type Confirmation,
  type Control,
  defineAction,
  type Problems,
  type RunStatus,
  type TaskConflict,
  type UndoOffer,
  type WatchContext,
} from "./action/action.ts";
export { oncePerCall } from "./action/once-per-call.ts";
export { Failure } from "./format/failure.ts";
export type { LocalTexts, Text } from "./format/message.ts";
export type { Reader } from "./format/reader.ts";
export type {
  Ask,
  Chart,
  Done,
  Effect,
  Failed,
  Field,
  Link,
  Outcome,
  Progress,
  Reply,
  Run,
  Started,
  Table,
} from "./format/reply.ts";
export type { Call } from "./request/call.ts";
export { LongRun } from "./run/long-run/long-run.ts";
export type { Kitsu } from "./services/kitsu.ts";
export type { SelectedTask, Selection } from "./services/selection.ts";
export type { Role } from "./services/zou-objects.ts";
export type { Settings } from "./settings/settings.ts";
export { Locks } from "./storage/locks.ts";
export { RunCoordinator } from "./storage/run-coordinator.ts";
export { TemporaryLink } from "./storage/temporary-link.ts";
export { ActionUse } from "./storage/use/action-use.ts";
