/**
 * Observes the calls that Kitsu makes with XMLHttpRequest, without changing their behavior.
 * superagent creates a new request for each call, so patching the prototype catches all of them,
 * even if we load late. The constructor is not replaced, because others (Sentry) patch its
 * prototype.
 */

import { exportToPage, ignoreErrors, page } from "./realm.ts";
import { addRun } from "./run-url.ts";

/** A call that is being sent. `url` is as Kitsu wrote it; `address` includes the run id. */
export type SentCall = { url: string; address: string; run: string | undefined; body: string };

/** `status` is 0 if there was no response, or it may not be read. */
export type RawResponse = { status: number; contentType: string; body: string };

export type Watcher = {
  /**
   * Whose action a POST to this URL calls, if any. Calls to our worker get a run id; others stay as
   * they are.
   */
  findOwner: (url: string) => "worker" | "other" | undefined;
  /** Called before a call is sent. Returns the function that takes its response. */
  onSend: (call: SentCall) => (onEnd: RawResponse) => void;
};

let watcher: Watcher | undefined;
let isPatched = false;
let isOwnRequest = false;

/**
 * Starts observing. Returns a function that stops it, or undefined if another watcher is active.
 */
export function watchCalls(newWatcher: Watcher): (() => void) | undefined {
  if (watcher) return undefined;
  watcher = newWatcher;
  if (!isPatched) patchPrototype();
  isPatched = true;
  // The patch stays: removing it would also remove the patches that others made after ours.
  return () => {
    if (watcher === newWatcher) watcher = undefined;
  };
}

function patchPrototype(): void {
  const prototype = page.XMLHttpRequest.prototype;
  const { open, send } = prototype;
  const calls = new WeakMap<XMLHttpRequest, Omit<SentCall, "body">>();

  // Not `open.apply(this, arguments)`: in Firefox's content realm the page's `apply` can't read our
  // `arguments`, and Kitsu would load nothing at all.
  prototype.open = exportToPage(function (this: XMLHttpRequest, ...args: unknown[]): unknown {
    ignoreErrors(() => {
      calls.delete(this);
      if (!watcher || isOwnRequest || args.length < 2 || !/^post$/i.test(String(args[0]))) return;
      const url = String(args[1]);
      const owner = watcher.findOwner(url);
      if (!owner) return;
      const tagged = owner === "worker" ? addRun(url) : { url, run: undefined };
      if (tagged.url !== url) args[1] = tagged.url;
      calls.set(this, { url, address: tagged.url, run: tagged.run });
    });
    return Reflect.apply(open, this, args);
  });

  prototype.send = exportToPage(function (this: XMLHttpRequest, ...args: unknown[]): unknown {
    const onEnd = ignoreErrors(() => watchResponse(this, calls.get(this), args[0]));
    try {
      return Reflect.apply(send, this, args);
    } catch (thrown) {
      onEnd?.();
      throw thrown;
    }
  });
}

function watchResponse(
  request: XMLHttpRequest,
  call: Omit<SentCall, "body"> | undefined,
  body: unknown,
): (() => void) | undefined {
  let onResponse = call && watcher?.onSend({ ...call, body: String(body) });
  if (!onResponse) return undefined;
  const onEnd = () =>
    ignoreErrors(() => {
      onResponse?.(readResponse(request));
      onResponse = undefined;
    });
  request.addEventListener("loadend", exportToPage(onEnd));
  return onEnd;
}

/**
 * Sends a call that the watcher ignores. Uses XMLHttpRequest as Kitsu does, so that the session is
 * sent. In Firefox's content realm `fetch` is not the page's own, and can't be given its objects.
 */
export function post(url: string, body: object): Promise<RawResponse> {
  return new Promise((resolve) => {
    const request = new page.XMLHttpRequest();
    isOwnRequest = true;
    ignoreErrors(() => request.open("POST", url));
    isOwnRequest = false;
    request.withCredentials = true;
    request.setRequestHeader("content-type", "application/json");
    request.addEventListener(
      "loadend",
      exportToPage(() => resolve(readResponse(request))),
    );
    request.send(JSON.stringify(body));
  });
}

function readResponse(request: XMLHttpRequest): RawResponse {
  // With any other responseType, reading responseText throws.
  const isText = /^(text)?$/.test(request.responseType);
  return {
    status: request.status,
    contentType: request.getResponseHeader("content-type") ?? "",
    body: isText ? request.responseText : "",
  };
}
