// The table of routes, and what is done to every answer.
import { type IRequest, Router } from "itty-router";
import { pageScript } from "../gen/page-script.ts";
import { themeScript } from "../gen/theme-script.ts";
import { signIn, signOut } from "./access/log-access.ts";
import { listActions } from "./actions/index.ts";
import { Failure, toFailure } from "./failure.ts";
import { serveFollow, servePicture, serveReport } from "./long-run/long-run-routes.ts";
import { serveAsset } from "./pages/asset.ts";
import { renderHome } from "./pages/home-page.ts";
import { icon } from "./pages/icon.ts";
import { style } from "./pages/page-style.ts";
import { serveMetadata, serveUserscript } from "./pages/userscript-file.ts";
import { readUserscriptVersion } from "./pages/userscript-version.ts";
import { allowReading, allowReadingUnset, allowSending } from "./request/cors.ts";
import { answerPreflight } from "./request/origin.ts";
import { readOutside, redirectToHttps } from "./request/public-url.ts";
import { checkAddressRate } from "./request/rate-limit.ts";
import { readPath, type Scene } from "./request/request-context.ts";
import { serveCatalogue } from "./run/catalogue.ts";
import { dispatch } from "./run/dispatch.ts";
import { dispatchControl, dispatchRetry, dispatchUndo } from "./run/follow-up.ts";
import { serveLog, serveLogCsv, serveLogJson } from "./run/log-routes.ts";
import { answerFailure } from "./run/response.ts";
import { serveRun, voidRun } from "./run/run-routes.ts";
import { type Env, readSettings } from "./settings/settings.ts";
import { serveFile, serveMedia, serveTicket, serveTicketReport, serveTicketState } from "./storage/temporary-link-routes.ts";

/** itty-router writes params and query into what it routes, so it gets a note of the request; handlers take the request itself. */
const makeRouter = (base: string) =>
  Router<IRequest, [request: Request, scene: Scene], Response>({ base })
    // First, because routes are tried in order and these are what the worker is for.
    .options("/actions/:id", (_, request, scene) => answerPreflight(request, scene.settings))
    .all("/actions/:id", ({ params }, request, scene) => dispatch(request, params.id ?? "", scene))
    .get("/", (_, request, scene) => redirectToHttps(request) ?? serveHome(scene))
    .get("/kitsu-actions.user.js", (_, request, scene) => redirectToHttps(request) ?? serveUserscript(request, scene))
    .get("/kitsu-actions.meta.js", (_, request, scene) => redirectToHttps(request) ?? serveMetadata(request, scene))
    .get("/actions", (_, request, scene) => serveCatalogue(request, scene))
    .get("/runs", (_, request, scene) => serveLog(request, scene))
    .get("/runs.json", (_, request, scene) => serveLogJson(request, scene))
    .get("/runs.csv", (_, request, scene) => serveLogCsv(request, scene))
    .post("/runs/sign-in", (_, request, scene) => signIn(request, scene.settings))
    .post("/runs/sign-out", (_, request, scene) => signOut(request, scene))
    .get("/runs/:id", ({ params }, request, scene) => serveRun(request, params.id ?? "", scene))
    .options("/runs/:id/:again", (_, request, scene) => answerPreflight(request, scene.settings))
    .post("/runs/:id/void", ({ params }, request, scene) => voidRun(request, params.id ?? "", scene))
    .post("/runs/:id/retry", ({ params }, request, scene) => dispatchRetry(request, params.id ?? "", scene))
    .post("/runs/:id/undo", ({ params }, request, scene) => dispatchUndo(request, params.id ?? "", scene))
    .post("/runs/:id/cancel", ({ params }, request, scene) => dispatchControl(request, params.id ?? "", "cancel", scene))
    .post("/runs/:id/pause", ({ params }, request, scene) => dispatchControl(request, params.id ?? "", "pause", scene))
    .post("/runs/:id/resume", ({ params }, request, scene) => dispatchControl(request, params.id ?? "", "resume", scene))
    .get("/runs/:id/follow", ({ params }, request, scene) => serveFollow(request, params.id ?? "", scene))
    .get("/runs/:id/picture", ({ params }, _, scene) => servePicture(params.id ?? "", scene))
    .post("/runs/:id/progress", ({ params }, request, scene) => serveReport(request, params.id ?? "", scene))
    .all("/t/:token", ({ params }, request, scene) => serveTicket(request, params.token ?? "", scene))
    .get("/t/:token/state", ({ params }, _, scene) => serveTicketState(params.token ?? "", scene))
    .post("/t/:token/report", ({ params }, request, scene) => serveTicketReport(request, params.token ?? "", scene))
    .all("/media/:token/:name", ({ params }, request, scene) => serveMedia(request, params.token ?? "", scene))
    .get("/files/:token/:name", ({ params }, _, scene) => serveFile(params.token ?? "", scene))
    .get("/style.css", () => serveAsset(style, "text/css"))
    .get("/theme.js", () => serveAsset(themeScript, "text/javascript"))
    .get("/page.js", () => serveAsset(pageScript, "text/javascript"))
    .get("/icon.svg", () => serveAsset(icon, "image/svg+xml"))
    // Asked by POST and with headers as a call is, to see whether a browser would send one.
    .options("/ping", (_, request, scene) => answerPreflight(request, scene.settings))
    .all("/ping", () => new Response(null, { status: 204 }));

const serveHome = async ({ env, base, settings }: Scene) =>
  renderHome(base, settings, listActions(settings), await readUserscriptVersion(env, settings));

export { LongRun } from "./long-run/long-run.ts";
export { Locks } from "./storage/locks.ts";
export { Conversation } from "./storage/run-coordinator.ts";
export { Loan } from "./storage/temporary-link.ts";

let router: { base: string; fetch: ReturnType<typeof makeRouter>["fetch"] } | undefined;

async function route(request: Request, scene: Scene): Promise<Response> {
  const { basePath } = scene.settings;
  await checkAddressRate(request, scene);
  if (router?.base !== basePath) router = { base: basePath, fetch: makeRouter(basePath).fetch };
  const response: Response | undefined = await router.fetch({ method: request.method, url: request.url }, request, scene);
  if (response !== undefined) return response;
  throw new Failure("unknown-page", { text: "The address is wrong, or the page was moved.", advice: `Begin at ${scene.base}/` });
}

/** HEAD is GET without the body, except where asking must not be doing, actions and tickets, and where Zou is asked in turn. */
async function routeHead(request: Request, scene: Scene): Promise<Response> {
  if (/^\/(actions|t|media)\//.test(readPath(scene))) return route(request, scene);
  const response = await route(new Request(request, { method: "GET" }), scene);
  return new Response(null, response);
}

export default {
  async fetch(arrived, env, ctx) {
    let request: Request = arrived;
    try {
      const settings = readSettings(env);
      request = readOutside(arrived, settings);
      const url = new URL(request.url);
      const scene = { env, settings, ctx, url, base: `${url.origin}${settings.basePath}` };
      const response = await (request.method === "HEAD" ? routeHead : route)(request, scene).catch((thrown: unknown) =>
        answerFailure(request, toFailure(thrown), settings),
      );
      return allowReading(request, response, scene);
    } catch (thrown) {
      // The call that follows a preflight is answered with what is wrong; the preflight itself can't say it.
      const response =
        request.method === "OPTIONS" ? allowSending(request, 0) : answerFailure(request, toFailure(thrown), undefined);
      return allowReadingUnset(request, response, env.KITSU_URL);
    }
  },
} satisfies ExportedHandler<Env>;
