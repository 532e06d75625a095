/** The small Zou's answer to one request, without a server: zou.ts adds that. */
import { type Answer, checkLine, Refusal } from "./answer.ts";
import { type Credentials, readCaller } from "./caller.ts";
import type { Upload } from "./request.ts";
import { findRoute } from "./routes.ts";
import type { State } from "./state.ts";

export type ReceivedRequest = Credentials & {
  method: string;
  /** path and query below `/api` */
  target: string;
  body: string;
  /** the file that a form has under the name "file" */
  file?: Upload | undefined;
  userAgent?: string | undefined;
  range?: string | undefined;
};

export function respond(state: State, request: ReceivedRequest): Answer {
  const { method, target, body, file, userAgent = "", range = "" } = request;
  try {
    checkLine(`${method} ${target} HTTP/1.1`);
    const { pathname, searchParams: query } = new URL(target, "http://zou.invalid");
    const { ids, open, answer } = findRoute(method === "HEAD" ? "GET" : method, pathname);
    const fields = { state, ids, query, body, file, userAgent, range };
    return open ? open(fields) : answer({ ...fields, caller: readCaller(request, state.sessions) });
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}
