// What every step of a call gets besides the request itself. The steps in this folder, in order:
// public-url, request-context, rate-limit, origin, body, request-snapshot, call (with form-answer
// and dialect), and cors for the response.
import type { Reader } from "../format/reader.ts";
import type { Env, Settings } from "../settings/settings.ts";

/** The deployment that a request reached, and the request's URL. */
export type RequestContext = {
  env: Env;
  settings: Settings;
  ctx: ExecutionContext;
  /** the URL of the request, parsed once */
  url: URL;
  /** who reads the answer, as far as the request says */
  reader: Reader;
  /** the path within the deployment, as the router sees it: a trailing slash is ignored */
  path: string;
  /** the worker's own address with its path prefix, without a trailing slash */
  base: string;
};

/** The path within the deployment; "" if it is outside. */
export const readPath = ({ pathname }: URL, { basePath }: Settings): string =>
  pathname.startsWith(basePath) ? pathname.slice(basePath.length).replace(/\/+$/, "") || "/" : "";
