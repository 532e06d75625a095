// What a request is answered that no route takes: there is no such page, or not with this method.
import { Failure } from "../format/failure.ts";
import { message } from "../format/message.ts";
import type { RequestContext } from "./request-context.ts";

/** A route as the router has it. */
type Route = readonly [method: string, pattern: RegExp, ...rest: unknown[]];

export function refuseUnknownRoute(routes: readonly Route[], { url, base }: RequestContext): Failure {
  const methods = routes.filter(([, pattern]) => pattern.test(url.pathname)).map(([method]) => method);
  if (methods.length > 0) return methodNotAllowed(methods.includes("GET") ? [...methods, "HEAD"] : methods);
  return new Failure("unknown-page", {
    text: message("page.unknown"),
    advice: message("page.startAt", { address: `${base}/` }),
  });
}

/** HTTP wants the methods that are allowed in a header, too. */
export function methodNotAllowed(methods: readonly string[]): Failure {
  const allow = [...new Set(methods)].toSorted().join(", ");
  return new Failure("method-not-allowed", {
    title: message("storage.methodNotAllowed"),
    text: message("storage.useMethods", { methods: allow }),
    headers: { allow },
  });
}
