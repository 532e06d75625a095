// Which pages may talk to us, decided before any work is done and said on every answer. The browser sends Origin and Sec-Fetch-*
// itself, so a page can't forge them; a program can, and these checks prove nothing about one.

import { Failure } from "../failure.ts";
import type { Settings } from "../settings/settings.ts";
import { createPreflightResponse } from "./cors.ts";

/** Throws unless the page behind this request may run actions. */
export function checkOrigin(request: Request, settings: Settings): void {
  const origin = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  if (origin !== null) {
    const own = new URL(request.url).origin;
    if (hidesOwnOrigin(request)) return;
    // Our own pages ask and offer to try again, by forms.
    if (!isKitsuOrigin(origin, settings) && origin !== own) throw originNotAllowed(origin, settings);
    // Only a proxy in between or a forged request says that one and the same origin is "cross-site".
    if (site !== null && site !== "same-origin" && origin === own) throw originNotAllowed(origin, settings);
    return;
  }
  if (request.method !== "GET") throw originNotAllowed(null, settings);
  // A link may be followed from anywhere, by navigation; being embedded or fetched from elsewhere it may not.
  if (site === "cross-site" && request.headers.get("sec-fetch-mode") !== "navigate")
    throw originNotAllowed(null, settings);
}

/**
 * A page of this very host, which a Referrer-Policy of "no-referrer" keeps from saying so in `Origin`: the browser says it in
 * `Sec-Fetch-Site`, which a page can't set. A sandboxed frame, whose origin is "null" as well, is "cross-site" there.
 */
const hidesOwnOrigin = ({ headers }: Request) =>
  headers.get("origin") === "null" && headers.get("sec-fetch-site") === "same-origin";

/** Throws unless the request comes from one of our own pages. For what only they do, such as signing in. */
export function checkOwnOrigin(request: Request, settings: Settings): void {
  const origin = request.headers.get("origin");
  if (origin !== new URL(request.url).origin && !hidesOwnOrigin(request)) throw originNotAllowed(origin, settings);
}

/** Answers the question a browser asks before Kitsu's AJAX call. A refusal here means that the call is never sent. */
export function answerPreflight(request: Request, settings: Settings): Response {
  checkOrigin(request, settings);
  return createPreflightResponse(request);
}

const isKitsuOrigin = (origin: string, settings: Settings) => settings.kitsuOrigins.includes(origin);

function originNotAllowed(origin: string | null, settings: Settings): Failure {
  if (origin === "null") return hiddenOrigin();
  return new Failure("origin-not-allowed", {
    text:
      origin === null
        ? "The request did not come from a page of your Kitsu."
        : `The page at ${origin.slice(0, 200)} is not one of the Kitsu addresses this action server works for.`,
    advice: `Run the action from ${settings.kitsuOrigins.join(" or ")}. Should that be another address, your TD adds it to KITSU_URL.`,
  });
}

function hiddenOrigin(): Failure {
  return new Failure("origin-not-allowed", {
    text: "The browser did not say which page this came from (Origin: null).",
    advice:
      "If you ran the action from Kitsu, a Referrer-Policy on its pages hides them. Your TD sets it to strict-origin-when-cross-origin: docs/deploy.md says more.",
  });
}
