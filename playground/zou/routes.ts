/** The routes the small Zou has. What is not here is not found, as a route of a newer or older Zou would be. */
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
import { listRows, type Row } from "./list.ts";
import { readMovie, readPicture } from "./media.ts";
import { listPersons, readPerson, readTeam } from "./people.ts";
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
import {
  ASSET_TYPE_ROWS,
  DEPARTMENT_ROWS,
  ENTITY_TYPE_ROWS,
  ORGANISATION_ROW,
  PROJECT_STATUS_ROWS,
  STATUS_ROWS,
  TASK_TYPE_ROWS,
} from "./table-rows.ts";

type Handler = (request: ZouRequest) => Answer;
type OpenHandler = (request: Omit<ZouRequest, "caller">) => Answer;
/** `open` answers whoever asks. */
export type Route =
  | { ids: string[]; open: OpenHandler; answer?: never }
  | { ids: string[]; answer: Handler; open?: never };

const table =
  (rows: readonly Row[]): Handler =>
  ({ query }) =>
    ok(listRows(rows, Object.keys(rows[0] ?? {}), query));

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
  version: "1.0.97",
  "database-up": true,
  "key-value-store-up": true,
  "event-stream-up": false,
  "job-queue-up": false,
  "indexer-up": false,
};

const OPEN: Readonly<Record<string, OpenHandler>> = {
  "GET /": () => ok({ api: "Zou", version: STATUS.version }),
  "GET /status": () => ok(STATUS),
  "GET /config": () => ok(CONFIG),
  "POST /auth/login": logIn,
};

/** The more particular first: a star takes one part of the path, whatever it is. */
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
  "GET /data/task-types": table(TASK_TYPE_ROWS),
  "GET /data/task-status": table(STATUS_ROWS),
  "GET /data/departments": table(DEPARTMENT_ROWS),
  "GET /data/entity-types": table(ENTITY_TYPE_ROWS),
  "GET /data/asset-types": table(ASSET_TYPE_ROWS),
  "GET /data/project-status": table(PROJECT_STATUS_ROWS),
  "GET /data/organisations": table([ORGANISATION_ROW]),
  "GET /data/persons": listPersons,
  "GET /data/persons/*": readPerson,
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

/** @throws a Refusal: unknown paths and methods are refused before anybody is asked for a token */
export function findRoute(method: string, path: string): Route {
  const known = PATTERNS.filter((pattern) => pattern.path.test(path));
  // Of every route there is, whoever asks and whatever became of what the path names.
  if (method === "OPTIONS" && known.length > 0) return { ids: [], open: () => tellMethods(known) };
  const found = known.find((pattern) => pattern.method === method);
  if (!found) throw known.length > 0 ? wrongMethod() : notFound();
  const ids = found.path.exec(path)?.slice(1) ?? [];
  return { ids, ...found.handlers };
}

const tellMethods = (known: readonly Pattern[]): Answer => ({
  status: 200,
  body: "",
  type: "text/html",
  headers: { allow: [...new Set(["OPTIONS", ...known.map(({ method }) => method)])].join(", ") },
});
