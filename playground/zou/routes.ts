/** The routes of the small Zou. Any other path is 404, like a route that an older Zou lacks. */
import { type Answer, notFound, ok, wrongMethod } from "./answer.ts";
import { commentTask, commentTasks, listComments } from "./comments.ts";
import { readContext } from "./context.ts";
import {
  changeCustomAction,
  createCustomAction,
  deleteCustomAction,
  listCustomActions,
  readCustomAction,
} from "./custom-actions.ts";
import { listOutputFiles, listWorkingFiles } from "./files.ts";
import { listRows } from "./list.ts";
import { readMovie, readPicture } from "./media.ts";
import { changePerson, listPersons, readPerson, readTeam } from "./people.ts";
import {
  createPlaylist,
  deletePlaylist,
  listPlaylists,
  listProjectPlaylists,
  listShares,
  readPlainPlaylist,
  readPlaylist,
} from "./playlists.ts";
import { addPreview, removePreview, uploadPreview } from "./previews.ts";
import { listEntities, listOpenProjects, listPreviews, listTasks, readProject, readTask } from "./productions.ts";
import type { ZouRequest } from "./request.ts";
import { logIn, logOut, readAuthenticated } from "./session.ts";
import type { Tables } from "./state.ts";

type Handler = (request: ZouRequest) => Answer;
type OpenHandler = (request: Omit<ZouRequest, "caller">) => Answer;
/** `open` needs no session. */
export type Route =
  | { ids: string[]; open: OpenHandler; answer?: never }
  | { ids: string[]; answer: Handler; open?: never };

const table =
  (name: keyof Tables): Handler =>
  ({ state, query }) => {
    const rows = [state.tables[name]].flat();
    return ok(listRows(rows, Object.keys(rows[0] ?? {}), query));
  };

const CONFIG = {
  is_self_hosted: true,
  crisp_token: "",
  dark_theme_by_default: false,
  indexer_configured: false,
  saml_enabled: false,
  saml_idp_name: "",
  oidc_enabled: false,
  oidc_idp_name: "",
  default_locale: "en_US",
  default_timezone: "Europe/Paris",
  enforce_2fa: false,
};
const STATUS = {
  name: "Zou",
  "database-up": true,
  "key-value-store-up": true,
  "event-stream-up": false,
  "job-queue-up": false,
  "indexer-up": false,
};

const OPEN: Readonly<Record<string, OpenHandler>> = {
  "GET /": ({ state: { version } }) => ok({ api: "Zou", version }),
  "GET /status": ({ state: { version } }) => ok({ ...STATUS, version }),
  "GET /config": () => ok(CONFIG),
  "POST /auth/login": logIn,
};

/** More specific routes come first: a star stands for any one segment of the path. */
const CLOSED: Readonly<Record<string, Handler>> = {
  "GET /auth/authenticated": readAuthenticated,
  "GET /auth/logout": logOut,
  "GET /data/user/context": readContext,
  "GET /data/tasks": listTasks,
  "GET /data/tasks/*": readTask,
  "GET /data/tasks/*/comments": listComments,
  "POST /actions/tasks/batch-comment": commentTasks,
  "POST /actions/tasks/*/comment": commentTask,
  "POST /actions/tasks/*/comments/*/add-preview": addPreview,
  "DELETE /actions/tasks/*/comments/*/preview-files/*": removePreview,
  "GET /data/entities": listEntities,
  "GET /data/preview-files": listPreviews,
  "GET /movies/originals/preview-files/*": readMovie,
  "POST /pictures/preview-files/*": uploadPreview,
  "GET /pictures/originals/preview-files/*": readPicture,
  "GET /pictures/previews/preview-files/*": readPicture,
  "GET /pictures/thumbnails/preview-files/*": readPicture,
  "GET /pictures/thumbnails-square/preview-files/*": readPicture,
  "GET /data/output-files": listOutputFiles,
  "GET /data/working-files": listWorkingFiles,
  "GET /data/task-types": table("taskTypes"),
  "GET /data/task-status": table("statuses"),
  "GET /data/departments": table("departments"),
  "GET /data/entity-types": table("entityTypes"),
  "GET /data/asset-types": table("assetTypes"),
  "GET /data/project-status": table("projectStatuses"),
  "GET /data/organisations": table("organisation"),
  "GET /data/persons": listPersons,
  "GET /data/persons/*": readPerson,
  "PUT /data/persons/*": changePerson,
  "GET /data/projects/open": listOpenProjects,
  "GET /data/projects/*": readProject,
  "GET /data/projects/*/team": readTeam,
  "GET /data/projects/*/playlists": listProjectPlaylists,
  "GET /data/projects/*/playlists/*": readPlaylist,
  "GET /data/playlists": listPlaylists,
  "POST /data/playlists": createPlaylist,
  "GET /data/playlists/*": readPlainPlaylist,
  "DELETE /data/playlists/*": deletePlaylist,
  "GET /data/playlists/*/share": listShares,
  "GET /data/custom-actions": listCustomActions,
  "POST /data/custom-actions": createCustomAction,
  "GET /data/custom-actions/*": readCustomAction,
  "PUT /data/custom-actions/*": changeCustomAction,
  "DELETE /data/custom-actions/*": deleteCustomAction,
};

type Pattern = { method: string; path: RegExp; handlers: { open: OpenHandler } | { answer: Handler } };

const PATTERNS: readonly Pattern[] = [
  ...Object.entries(OPEN).map(([name, open]) => ({ ...patternOf(name), handlers: { open } })),
  ...Object.entries(CLOSED).map(([name, answer]) => ({ ...patternOf(name), handlers: { answer } })),
];

function patternOf(name: string) {
  const [method = "", path = ""] = name.split(" ");
  return { method, path: new RegExp(`^${path.replaceAll("*", "([^/]+)")}/?$`) };
}

/** @throws a Refusal for unknown paths and methods, before the token is checked */
export function findRoute(method: string, path: string): Route {
  const known = PATTERNS.filter((pattern) => pattern.path.test(path));
  // Every route answers OPTIONS without a token, even if the ids in the path name nothing.
  if (method === "OPTIONS" && known.length > 0) return { ids: [], open: () => listMethods(known) };
  const found = known.find((pattern) => pattern.method === method);
  if (!found) throw known.length > 0 ? wrongMethod() : notFound();
  const ids = found.path.exec(path)?.slice(1) ?? [];
  return { ids, ...found.handlers };
}

const listMethods = (known: readonly Pattern[]): Answer => ({
  status: 200,
  body: "",
  type: "text/html",
  headers: { allow: [...new Set(["OPTIONS", ...known.map(({ method }) => method)])].join(", ") },
});
