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

/** An empty filter is none. */
const FILTERS: readonly Parameter[] = [
  queryText("action", "an action's id", text(80)),
  queryText("person", "a person's id, or part of a name or an e-mail address", text(254)),
  queryText("project", "a project's id, or part of its name", text(200)),
  queryText("state", "how the runs ended", { type: "string", enum: ["", ...RUN_STATES] }),
  queryText("day", "`2026-11-23`, in the reader's time zone", { type: "string", pattern: "^(\\d{4}-\\d{2}-\\d{2})?$" }),
  queryText("cursor", "from the address of the next page", text(1_000)),
  queryText("limit", "the most runs of a page", { type: "integer", minimum: 1, maximum: 1_000 }),
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
        200: { description: "A header, and a row for each run.", headers: LINK, content: asset("text/csv") },
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
