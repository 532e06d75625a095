// The routes of the log, for readers who have LOG_TOKEN.
import { RUN_STATES } from "../../worker/storage/run-record.ts";
import {
  asset,
  fails,
  goesTo,
  HTTPS,
  json,
  type Operation,
  type Parameter,
  type Paths,
  page,
  parameter,
  queryText,
} from "./operation.ts";

const text = (maxLength: number) => ({ type: "string" as const, maxLength });
const LIMIT = { type: "integer" as const, minimum: 1, maximum: 1_000 };

/** An empty filter is none. */
const FILTERS: readonly Parameter[] = [
  queryText("action", "an action's id", text(80)),
  queryText("person", "a person's id, or part of a name or an e-mail address", text(254)),
  queryText("project", "a project's id, or part of its name", text(200)),
  queryText("title", "part of the reply's title, in the reader's language", text(200)),
  queryText("state", "how the runs ended", { type: "string", enum: ["", ...RUN_STATES] }),
  queryText("day", "`2026-11-23`, in the reader's time zone", { type: "string", pattern: "^(\\d{4}-\\d{2}-\\d{2})?$" }),
  queryText("cursor", "from the address of the next page", text(1_000)),
  queryText("limit", "the most runs of a page", LIMIT),
];

const PERSON = queryText("person", "a person's id, or the e-mail address of calls without one", text(254));
const PERIOD: readonly Parameter[] = [
  queryText("days", "so many days, up to today in UTC", { type: "string", enum: ["", "7", "30", "90"] }),
  queryText("action", "an action's id", text(80)),
];

const READERS = [{ logToken: [] }, { logCookie: [] }];
const LINK = {
  link: { description: 'the next page, with `rel="next"`', schema: { type: "string" as const } },
};
const ACCESS_CODES = ["sign-in-required", "log-closed"] as const;
const CODES = ["invalid-filter", ...ACCESS_CODES, "log-unreachable"] as const;

const returnToLog = (operationId: string): Operation => ({
  operationId,
  tags: ["Log"],
  summary: "Returns to the log",
  description: "For people who open the address that a form was sent to.",
  security: [],
  responses: { ...goesTo("To the log, or to the page to sign in."), ...fails() },
});

export const LOG_PATHS: Paths = {
  "/runs": {
    get: {
      operationId: "openLog",
      tags: ["Log"],
      summary: "The log as a page",
      description: "Without access, the page to sign in.",
      security: [{}, ...READERS],
      parameters: FILTERS,
      responses: { 200: { description: "The page.", content: page }, ...fails(...CODES) },
    },
  },
  "/runs.json": {
    get: {
      operationId: "readLog",
      tags: ["Log"],
      summary: "The log as JSON",
      description:
        "With a filter, those among the next thousand or so that match. `searched`: how many were searched since the newest; `until`: how far back.",
      security: READERS,
      parameters: [...FILTERS, parameter("lang"), parameter("tz")],
      responses: {
        200: { description: "The newest runs first.", headers: LINK, content: json("LogPage") },
        ...fails(...CODES),
      },
    },
  },
  "/runs.csv": {
    get: {
      operationId: "downloadLog",
      tags: ["Log"],
      summary: "The log as a table",
      security: READERS,
      parameters: [...FILTERS, parameter("lang"), parameter("tz")],
      responses: {
        200: {
          description:
            "A header, and a row for each run. If the log has more, the last row has no `id`, and `url` is where it continues.",
          content: asset("text/csv"),
        },
        ...fails(...CODES),
      },
    },
  },
  "/runs/person": {
    get: {
      operationId: "openPersonData",
      tags: ["Log"],
      summary: "A page to export or erase a person's data",
      description: "Without access, the page to sign in.",
      security: [{}, ...READERS],
      parameters: [PERSON],
      responses: { 200: { description: "The page.", content: page }, ...fails(...CODES) },
    },
  },
  "/runs/person.json": {
    get: {
      operationId: "exportPersonData",
      tags: ["Log"],
      summary: "All runs of a person, with everything that is stored about them",
      security: READERS,
      parameters: [
        { ...PERSON, required: true },
        queryText("cursor", "from `next` of the part before", text(1_000)),
        queryText("limit", "a part: so many runs at most, of a thousand that are searched", LIMIT),
        parameter("lang"),
        parameter("tz"),
      ],
      responses: {
        200: { description: "The newest runs first, streamed.", content: json("PersonData") },
        ...fails(...CODES),
      },
    },
  },
  "/runs/person/erase": {
    get: returnToLog("openErase"),
    post: {
      operationId: "erasePersonData",
      tags: ["Log"],
      summary: "Erases a person from the next few of their runs",
      description: "Only from the worker's own page, or with its origin. Send `cursor` until the answer has none.",
      security: READERS,
      requestBody: {
        required: true,
        content: {
          "application/x-www-form-urlencoded": {
            schema: {
              type: "object",
              properties: {
                person: { type: "string", description: "an id, or an e-mail address" },
                cursor: { type: "string", maxLength: 1_000 },
              },
              required: ["person"],
            },
          },
        },
      },
      responses: {
        200: { description: "How far it is.", content: { ...json("Erasure"), ...page } },
        ...fails(...CODES, "origin-not-allowed", "invalid-call", "unsupported-media-type", "body-too-large"),
      },
    },
  },
  "/use": {
    get: {
      operationId: "openUse",
      tags: ["Log"],
      summary: "How the actions are used, as a page",
      description: "Without access, the page to sign in.",
      security: [{}, ...READERS],
      parameters: PERIOD,
      responses: { 200: { description: "The page.", content: page }, ...fails(...CODES) },
    },
  },
  "/use.json": {
    get: {
      operationId: "readUse",
      tags: ["Log"],
      summary: "How the actions are used, as JSON",
      security: READERS,
      parameters: [...PERIOD, parameter("lang")],
      responses: { 200: { description: "The counts.", content: json("UseDocument") }, ...fails(...CODES) },
    },
  },
  "/use.csv": {
    get: {
      operationId: "downloadUse",
      tags: ["Log"],
      summary: "How the actions are used, as a table",
      security: READERS,
      parameters: [...PERIOD, parameter("lang")],
      responses: {
        200: { description: "A header, and a row for each action and day.", content: asset("text/csv") },
        ...fails(...CODES),
      },
    },
  },
  "/doctor": {
    get: {
      operationId: "openDoctor",
      tags: ["Log"],
      summary: "What is wrong with the set-up, as a page",
      description: "Works with invalid settings, too. Without access, the page to sign in, or how to get access.",
      security: [{}, ...READERS],
      responses: { 200: { description: "The page.", content: page }, ...HTTPS, ...fails(...ACCESS_CODES) },
    },
  },
  "/doctor.json": {
    get: {
      operationId: "readDoctor",
      tags: ["Log"],
      summary: "What is wrong with the set-up, as JSON",
      description: "Works with invalid settings, too. Asks Kitsu, farms and targets, and changes nothing.",
      security: READERS,
      responses: { 200: { description: "The findings.", content: json("Diagnosis") }, ...fails(...ACCESS_CODES) },
    },
  },
  "/runs/sign-in": {
    get: returnToLog("openSignIn"),
    post: {
      operationId: "signIn",
      tags: ["Log"],
      summary: "Exchanges LOG_TOKEN for a cookie",
      description: "Only from the worker's own page.",
      security: [],
      requestBody: {
        required: true,
        content: {
          "application/x-www-form-urlencoded": {
            schema: {
              type: "object",
              properties: { token: { type: "string" }, page: { type: "string", enum: ["runs", "doctor"] } },
              required: ["token"],
            },
          },
        },
      },
      responses: {
        ...goesTo("To the log or the doctor, with the cookie."),
        ...fails("sign-in-refused", "origin-not-allowed", "invalid-call", "unsupported-media-type", "body-too-large"),
      },
    },
  },
  "/runs/sign-out": {
    get: returnToLog("openSignOut"),
    post: {
      operationId: "signOut",
      tags: ["Log"],
      summary: "Ends the session of the cookie",
      description: "Only from the worker's own page.",
      security: [{}, { logCookie: [] }],
      responses: { ...goesTo("To the page to sign in."), ...fails("origin-not-allowed") },
    },
  },
};
