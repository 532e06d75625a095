/** Every fault, with its text in the menu. `POST /control/faults` takes the same names. */

export const CALL_MODES = [
  ["preflight-refused", "The preflight is refused"],
  ["broken-setting", "A setting of the worker can't be read"],
  ["no-cors", "The answer has no CORS headers, after it ran"],
  ["cut-before", "Cut before it arrives"],
  ["cut-during", "Cut after a second, while it runs"],
  ["cut-after", "Cut after it ran"],
  ["502", "502 page, before it arrives"],
  ["502-unreadable", "502 page without CORS headers, before it arrives"],
  ["504", "504 page, after it ran"],
  ["429", "429 page, before it arrives"],
  ["cloudflare", "Cloudflare's own page (1033)"],
  ["login", "Login page, status 200"],
  ["login-elsewhere", "Redirect to a login on another host"],
  ["empty", "Empty answer, status 200, after it ran"],
  ["half-json", "JSON cut in the middle, after it ran"],
  ["unknown-kind", "A reply of an unknown kind"],
  ["internal-error", "An internal error in the worker"],
] as const;

export const RUNS_MODES = [
  ["500", "500"],
  ["429", "429"],
  ["502", "502 page"],
  ["cut", "Cut"],
] as const;
export const WORKER_MODES = [["refused", "Connection refused"]] as const;
export const ZOU_MODES = [
  ["dead", "Closes the connection"],
  ["502", "502 page from its proxy"],
  ["hangs", "Hangs: no answer for 30 s"],
  ["html", "A web page instead of the API"],
  ["logged-out", "Sessions have expired"],
] as const;
export const STUDIO_MODES = [
  ["3", "Takes 3 s"],
  ["8", "Takes 8 s"],
  ["35", "Takes 35 s"],
  ["down", "Closes the connection"],
] as const;

export type CallMode = (typeof CALL_MODES)[number][0];
export type RunsMode = (typeof RUNS_MODES)[number][0];

/** The places, in the order a call passes them. */
export const PLACES = {
  worker: { title: "Worker", modes: WORKER_MODES },
  call: { title: "Calls to the worker", modes: CALL_MODES },
  runs: { title: "Requests for runs (/runs/…)", modes: RUNS_MODES },
  zou: { title: "Kitsu's API, for the worker", modes: ZOU_MODES },
  studio: { title: "The studio's server", modes: STUDIO_MODES },
} as const;
