import type { Env, Settings } from "../settings/settings.ts";

/** Where a request arrived: everything a step may need that is not the request itself. */
export type RequestContext = {
  env: Env;
  settings: Settings;
  ctx: ExecutionContext;
  /** the request's, parsed once */
  url: URL;
  /** our own address with its path prefix, without a slash at the end */
  base: string;
};

/** The path within the deployment, as the router reads it: to it a slash at the end means nothing. */
export const readPath = ({ url, settings }: Pick<RequestContext, "url" | "settings">): string =>
  url.pathname.slice(settings.basePath.length).replace(/\/+$/, "") || "/";
