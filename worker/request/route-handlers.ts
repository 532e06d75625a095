// What the router calls, made of handlers that know nothing of it.
import { redirectToHttps } from "./public-url.ts";
import type { RequestContext } from "./request-context.ts";

type Routed = { params: Readonly<Record<string, string | undefined>> };
type Handler = (request: Request, context: RequestContext) => Response | Promise<Response>;
export type PartHandler = (request: Request, part: string, context: RequestContext) => Promise<Response>;

/** For what must not be read over plain http, if Cloudflare can serve it over https. */
export const onHttps = (handler: Handler) => (_: Routed, request: Request, context: RequestContext) =>
  redirectToHttps(request) ?? handler(request, context);

/** For a handler that takes a part of its route, such as `:id`. */
export const withPart =
  (name: string, handler: PartHandler) =>
  ({ params }: Routed, request: Request, context: RequestContext) =>
    handler(request, params[name] ?? "", context);
