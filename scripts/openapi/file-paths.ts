// The routes of what the worker serves to browsers and programs: pages, the userscript, assets.
import {
  asset,
  fails,
  HTTPS,
  NO_CONTENT,
  type Operation,
  type Paths,
  page,
  queryText,
  type Responses,
} from "./operation.ts";

const NOT_MODIFIED: Responses = { 304: { description: "As `if-none-match` says." } };
const ETAG = { etag: { required: true, schema: { type: "string" as const } } };

const serve = (operationId: string, summary: string, type: string, responses: Responses): Operation => ({
  operationId,
  tags: ["Files"],
  summary,
  security: [],
  responses: { 200: { description: "The file.", content: asset(type) }, ...responses },
});

const script = (operationId: string, summary: string): Operation => ({
  ...serve(operationId, summary, "text/javascript", {}),
  responses: {
    200: { description: "The script.", headers: ETAG, content: asset("text/javascript") },
    ...NOT_MODIFIED,
    ...HTTPS,
    ...fails(),
  },
});

const ping = (operationId: string): Operation => ({
  operationId,
  tags: ["Files"],
  summary: "Whether the worker can be reached",
  security: [],
  responses: { ...NO_CONTENT("It can."), ...fails() },
});

export const FILE_PATHS: Paths = {
  "/": {
    get: {
      operationId: "openHome",
      tags: ["Files"],
      summary: "The home page: how to install the userscript, and the list of actions",
      security: [],
      responses: { 200: { description: "The page.", content: page }, ...HTTPS, ...fails() },
    },
  },
  "/help": {
    get: {
      operationId: "openHelp",
      tags: ["Files"],
      summary: "Troubleshooting, with an anchor for each failure code",
      security: [],
      responses: { 200: { description: "The page.", headers: ETAG, content: page }, ...NOT_MODIFIED, ...fails() },
    },
  },
  "/kitsu-actions.user.js": { get: script("downloadUserscript", "The userscript") },
  "/kitsu-actions.js": {
    get: {
      ...script("readTagScript", "The same script, for a tag in Kitsu's own page"),
      parameters: [queryText("v", "the script's version: an answer with the same one may be cached for good")],
    },
  },
  "/kitsu-actions.meta.js": { get: script("readUserscriptVersion", "The userscript's metadata") },
  "/kitsu-actions.{language}.json": {
    get: {
      operationId: "readLanguage",
      tags: ["Files"],
      summary: "The userscript's texts in another language",
      security: [],
      parameters: [
        { name: "language", in: "path", required: true, description: "such as `fr`", schema: { type: "string" } },
        queryText("v", "the userscript's version: an answer with the same one may be cached for good"),
      ],
      responses: {
        200: { description: "The texts.", headers: ETAG, content: { "application/json": { schema: {} } } },
        ...NOT_MODIFIED,
        ...fails("unknown-page"),
      },
    },
  },
  "/style.css": { get: serve("readStyle", "The style of the worker's pages", "text/css", fails()) },
  "/page.js": { get: serve("readPageScript", "The script of the worker's pages", "text/javascript", fails()) },
  "/theme.js": { get: serve("readThemeScript", "Chooses a page's theme", "text/javascript", fails()) },
  "/icon.svg": { get: serve("readIcon", "The icon", "image/svg+xml", fails()) },
  "/openapi.json": {
    get: {
      ...serve("readOpenapi", "This description", "application/json", {}),
      responses: {
        200: { description: "OpenAPI 3.1.", content: { "application/json": { schema: { type: "object" } } } },
        ...fails(),
      },
    },
  },
  "/contract.schema.json": {
    get: {
      ...serve("readContract", "The JSON Schema of calls, replies and reports", "application/json", {}),
      responses: {
        200: {
          description: "JSON Schema 2020-12, with a definition for each.",
          content: { "application/json": { schema: { type: "object" } } },
        },
        ...fails(),
      },
    },
  },
  "/ping": {
    get: ping("ping"),
    post: ping("pingWithPost"),
    options: {
      ...ping("preflightPing"),
      summary: "Answers a preflight",
      responses: { ...NO_CONTENT("The page may send a call."), ...fails("origin-not-allowed") },
    },
  },
};
