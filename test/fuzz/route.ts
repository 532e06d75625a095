// The worker's routes, listed again so that a mistake in the worker is found: what each answers,
// and which pages may read it.

/** Who may read an answer, beside the worker's own pages. Kitsu's page may read every failure. */
type Readers = "anybody" | "Kitsu" | "nobody";

export type Route = {
  /** its row in the table of counts */
  name: string;
  readers: Readers;
  /** what it answers if nothing fails; "page" is one for failures as well */
  answers: "reply" | "page" | "other";
  /** It may answer what another case stored under the same ID, which was checked there. */
  isStored?: true;
};

const RUN = "[0-9a-f]{32}";

const ROUTES: readonly (readonly [path: RegExp, route: Route])[] = [
  [/^\/actions\/[^/]+\/dry$/, { name: "/actions/:id/dry", readers: "nobody", answers: "reply" }],
  [/^\/actions\/[^/]+$/, { name: "/actions/:id", readers: "Kitsu", answers: "reply" }],
  [
    new RegExp(`^/runs/${RUN}/(void|retry|undo|cancel|pause|resume)$`),
    { name: "/runs/:id/<follow-up>", readers: "Kitsu", answers: "reply" },
  ],
  [/^\/runs\/[^/]+\/follow$/, { name: "/runs/:id/follow", readers: "anybody", answers: "reply", isStored: true }],
  [
    /^\/runs\/[^/]+\/(progress|picture|fixture\.json)$/,
    { name: "/runs/:id/progress, picture, fixture", readers: "nobody", answers: "other" },
  ],
  [/^\/runs\/sign-(in|out)$/, { name: "/runs/sign-in, sign-out", readers: "nobody", answers: "other" }],
  [/^\/runs\/person$/, { name: "/runs/person", readers: "nobody", answers: "page" }],
  [/^\/runs\/person(\.json|\/erase)$/, { name: "/runs/person.json, erase", readers: "nobody", answers: "other" }],
  [/^\/runs\/[^/]+$/, { name: "/runs/:id", readers: "anybody", answers: "other", isStored: true }],
  [/^\/runs$/, { name: "/runs", readers: "nobody", answers: "page" }],
  [/^\/runs\.(json|csv)$/, { name: "/runs.json, .csv", readers: "nobody", answers: "other" }],
  [/^\/use$/, { name: "/use", readers: "nobody", answers: "page" }],
  [/^\/use\.(json|csv)$/, { name: "/use.json, .csv", readers: "nobody", answers: "other" }],
  [/^\/doctor$/, { name: "/doctor", readers: "nobody", answers: "page" }],
  [/^\/doctor\.json$/, { name: "/doctor.json", readers: "nobody", answers: "other" }],
  [/^\/t\/[0-9a-f]{64}\/state$/, { name: "/t/:token/state", readers: "anybody", answers: "other" }],
  [/^\/(t|media|files|tasks)\//, { name: "/t, /media, /files, /tasks", readers: "nobody", answers: "other" }],
  [
    /^\/kitsu-actions\.((user\.|meta\.)?js|[a-z]+\.json)$/,
    { name: "/kitsu-actions.*", readers: "anybody", answers: "other" },
  ],
  [/^\/(openapi|contract\.schema)\.json$/, { name: "/openapi.json", readers: "anybody", answers: "other" }],
  [/^\/ping$/, { name: "/ping", readers: "anybody", answers: "other" }],
  [
    /^\/(actions|style\.css|page\.js|theme\.js|icon\.svg)?$/,
    { name: "/, /actions, assets", readers: "nobody", answers: "other" },
  ],
];

const OTHER: Route = { name: "not found", readers: "nobody", answers: "other" };

/** @param path without the deployment's base path; a slash at its end is ignored */
export function findRoute(path: string): Route {
  const normalized = path.replace(/\/+$/, "") || "/";
  return ROUTES.find(([paths]) => paths.test(normalized))?.[1] ?? OTHER;
}
