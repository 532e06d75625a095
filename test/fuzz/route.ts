// The routes there are, told anew and not taken from the worker: what each answers, and which pages may read it.

/** Who may read an answer, beside the worker's own pages: any page, Kitsu's, or none. What failed is for Kitsu's page in any case. */
type Readers = "anybody" | "Kitsu" | "nobody";

export type Route = {
  /** how it is counted */
  name: string;
  readers: Readers;
  /** what it answers where nothing failed; a page is one whoever asks, and whatever comes of it */
  answers: "reply" | "page" | "other";
  /** what other cases may have left under the same id, and was judged when it was answered there */
  tells?: "stored";
};

const RUN = "[0-9a-f]{32}";

const ROUTES: readonly (readonly [path: RegExp, route: Route])[] = [
  [/^\/actions\/[^/]+$/, { name: "/actions/:id", readers: "Kitsu", answers: "reply" }],
  [
    new RegExp(`^/runs/${RUN}/(void|retry|undo|cancel|pause|resume)$`),
    { name: "/runs/:id/<again>", readers: "Kitsu", answers: "reply" },
  ],
  [/^\/runs\/[^/]+\/follow$/, { name: "/runs/:id/follow", readers: "anybody", answers: "reply", tells: "stored" }],
  [/^\/runs\/[^/]+\/(progress|picture)$/, { name: "/runs/:id/progress, picture", readers: "nobody", answers: "other" }],
  [/^\/runs\/sign-(in|out)$/, { name: "/runs/sign-in, sign-out", readers: "nobody", answers: "other" }],
  [/^\/runs\/[^/]+$/, { name: "/runs/:id", readers: "anybody", answers: "other", tells: "stored" }],
  [/^\/runs$/, { name: "/runs", readers: "nobody", answers: "page" }],
  [/^\/runs\.(json|csv)$/, { name: "/runs.json, .csv", readers: "nobody", answers: "other" }],
  [/^\/t\/[0-9a-f]{64}\/state$/, { name: "/t/:token/state", readers: "anybody", answers: "other" }],
  [/^\/(t|media|files)\//, { name: "/t, /media, /files", readers: "nobody", answers: "other" }],
  [/^\/kitsu-actions\.(user|meta)\.js$/, { name: "/kitsu-actions.*.js", readers: "anybody", answers: "other" }],
  [/^\/ping$/, { name: "/ping", readers: "anybody", answers: "other" }],
  [
    /^\/(actions|style\.css|page\.js|theme\.js|icon\.svg)?$/,
    { name: "/, /actions, assets", readers: "nobody", answers: "other" },
  ],
];

const OTHER: Route = { name: "no such page", readers: "nobody", answers: "other" };

/** @param path as it arrives, without the deployment's own part. A slash at its end means nothing. */
export function findRoute(path: string): Route {
  const bare = path.replace(/\/+$/, "") || "/";
  return ROUTES.find(([paths]) => paths.test(bare))?.[1] ?? OTHER;
}
