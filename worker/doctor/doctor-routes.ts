// The HTTP routes of the doctor, for whoever may read the log. They work with invalid settings,
// too.
import { checkLogAccess, mayReadLog } from "../access/log-access.ts";
import { renderSignIn } from "../pages/sign-in-page.ts";
import type { RequestContext } from "../request/request-context.ts";
import { inspectSettings } from "../settings/settings.ts";
import { diagnose } from "./diagnosis.ts";
import { renderClosedDoctor, renderDoctor } from "./doctor-page.ts";

/** `GET /doctor`: the page, or that to sign in. */
export async function serveDoctor(request: Request, context: RequestContext): Promise<Response> {
  if (await mayReadLog(request, context)) return renderDoctor(context, await diagnoseFor(request, context));
  return context.settings.logToken === undefined ? renderClosedDoctor(context) : renderSignIn(context, "doctor");
}

/** `GET /doctor.json`: a Diagnosis. */
export async function serveDoctorJson(request: Request, context: RequestContext): Promise<Response> {
  await checkLogAccess(request, context);
  return Response.json(await diagnoseFor(request, context), { headers: { "cache-control": "no-store" } });
}

const diagnoseFor = (request: Request, context: RequestContext) =>
  diagnose({ ...context, request, problems: inspectSettings(context.env).problems });
