/**
 * Watches the calls Kitsu makes by XMLHttpRequest, without Kitsu noticing. superagent makes a new request per call, so patching
 * the prototype catches every call even when we come late; the constructor stays, because others (Sentry) patch the prototype.
 */

import { giveToPage, page, quietly } from "./realm.ts";
import { addRun } from "./run-url.ts";

/** A call as it leaves. `url` is as Kitsu wrote it, `address` has the run id it was given. */
export type Sent = { url: string; address: string; run: string | undefined; body: string };

/** What came back; status 0 when nothing did, or nothing that may be read. */
export type Received = { status: number; contentType: string; body: string };

export type Watcher = {
  /** Whose action does a POST to this URL call? Calls to our worker get a run id, others stay as they are. */
  findOwner: (url: string) => "worker" | "other" | undefined;
  /** Told of a call before it leaves; gives who is told its answer. */
  onSend: (call: Sent) => (answer: Received) => void;
};

let watcher: Watcher | undefined;
let isPatched = false;
let isOwn = false;

/** Begins to watch. Refuses (undefined) while another watcher does. Gives what ends it. */
export function watchCalls(next: Watcher): (() => void) | undefined {
  if (watcher) return undefined;
  watcher = next;
  if (!isPatched) patchPrototype();
  isPatched = true;
  // Never unwraps: whoever patched after us would be cut off with us.
  return () => {
    if (watcher === next) watcher = undefined;
  };
}

function patchPrototype(): void {
  const prototype = page.XMLHttpRequest.prototype;
  const { open, send } = prototype;
  const calls = new WeakMap<XMLHttpRequest, Omit<Sent, "body">>();

  // Reflect.apply, and never `open.apply(this, arguments)`: in Firefox's content realm the page's own apply may not read our
  // `arguments`, and Kitsu would load nothing at all.
  prototype.open = giveToPage(function (this: XMLHttpRequest, ...given: unknown[]): unknown {
    quietly(() => {
      calls.delete(this);
      if (!watcher || isOwn || given.length < 2 || !/^post$/i.test(String(given[0]))) return;
      const url = String(given[1]);
      const owner = watcher.findOwner(url);
      if (!owner) return;
      const tagged = owner === "worker" ? addRun(url) : { url, run: undefined };
      if (tagged.url !== url) given[1] = tagged.url;
      calls.set(this, { url, address: tagged.url, run: tagged.run });
    });
    return Reflect.apply(open, this, given);
  });

  prototype.send = giveToPage(function (this: XMLHttpRequest, ...given: unknown[]): unknown {
    const answer = quietly(() => watchAnswer(this, calls.get(this), given[0]));
    try {
      return Reflect.apply(send, this, given);
    } catch (thrown) {
      answer?.();
      throw thrown;
    }
  });
}

function watchAnswer(
  request: XMLHttpRequest,
  call: Omit<Sent, "body"> | undefined,
  body: unknown,
): (() => void) | undefined {
  let tell = call && watcher?.onSend({ ...call, body: String(body) });
  if (!tell) return undefined;
  const answer = () =>
    quietly(() => {
      tell?.(readAnswer(request));
      tell = undefined;
    });
  request.addEventListener("loadend", giveToPage(answer));
  return answer;
}

/**
 * Sends a call of our own, unseen by the watcher. By XMLHttpRequest as Kitsu's own: with its session, and from Firefox's content realm, too,
 * whose `fetch` is not the page's and could not hand it an object.
 */
export function post(url: string, body: object): Promise<Received> {
  return new Promise((resolve) => {
    const request = new page.XMLHttpRequest();
    isOwn = true;
    quietly(() => request.open("POST", url));
    isOwn = false;
    request.withCredentials = true;
    request.setRequestHeader("content-type", "application/json");
    request.addEventListener(
      "loadend",
      giveToPage(() => resolve(readAnswer(request))),
    );
    request.send(JSON.stringify(body));
  });
}

function readAnswer(request: XMLHttpRequest): Received {
  // Any other responseType makes responseText throw.
  const isText = /^(text)?$/.test(request.responseType);
  return {
    status: request.status,
    contentType: request.getResponseHeader("content-type") ?? "",
    body: isText ? request.responseText : "",
  };
}
