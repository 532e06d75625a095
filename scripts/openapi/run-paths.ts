// The routes of one run: its state, its fixture, its picture, and the reports of a studio's server.
import { KITSU } from "./call-paths.ts";
import {
  binary,
  fails,
  headerText,
  json,
  type Paths,
  page,
  parameter,
  type Response,
  type Responses,
  refer,
} from "./operation.ts";

const state = (description: string): Response => ({
  description,
  content: { "application/json": { schema: { anyOf: [refer("Answer"), refer("LoggedRun")] } }, ...page },
});

/** Standard Webhooks, as for the calls that the worker sends. */
export const SIGNATURE_HEADERS = [
  headerText("webhook-id", "begins with the run's id, and is different each time", { type: "string" }, true),
  headerText(
    "webhook-timestamp",
    "now, in seconds; not before the previous report",
    { type: "string", pattern: "^[0-9]{1,12}$" },
    true,
  ),
];

const RESPONSES: Responses = {
  200: state("How it ended; to readers of the log, its complete record."),
  202: state("It is running."),
  ...fails("unknown-run", "never-ran", "run-interrupted", "log-unreachable"),
};

export const RUN_PATHS: Paths = {
  "/runs/{id}": {
    get: {
      operationId: "readRun",
      tags: ["Runs"],
      summary: "What became of a run",
      description:
        "Whoever has the run's id may read its state, without anything personal. With the key of a long run, it is the page that follows it.",
      security: [{}, { runKey: [] }, { logToken: [] }, { logCookie: [] }],
      parameters: [
        parameter("id"),
        parameter("at"),
        parameter("try"),
        { name: "as", in: "query", description: "`json`: the record as a file", schema: { type: "string" } },
      ],
      responses: RESPONSES,
    },
  },
  "/runs/{id}/fixture.json": {
    get: {
      operationId: "readFixture",
      tags: ["Runs"],
      summary: "A run's call and reply as a file, with people masked",
      description: "To send the call again, or to make a test of it.",
      security: [{ logToken: [] }, { logCookie: [] }],
      parameters: [parameter("id"), parameter("at")],
      responses: {
        200: { description: "The fixture.", content: json("Fixture") },
        ...fails(
          "unknown-run",
          "invalid-call",
          "sign-in-required",
          "log-closed",
          "log-unreachable",
          "platform-limit",
          ...KITSU,
        ),
      },
    },
  },
  "/runs/{id}/follow": {
    get: {
      operationId: "followRun",
      tags: ["Runs"],
      summary: "Follows a long run",
      description:
        "Once as JSON, or as a WebSocket that sends an `Answer` at once and at every change, and answers `ping` with `pong`.",
      security: [{ runKey: [] }],
      parameters: [parameter("id"), parameter("at"), parameter("lang"), parameter("tz")],
      responses: {
        101: { description: "The WebSocket of a run in progress." },
        200: { description: "The run as it is now.", content: json("Answer") },
        ...fails("unknown-run", "log-unreachable"),
      },
    },
  },
  "/runs/{id}/picture": {
    get: {
      operationId: "readRunPicture",
      tags: ["Runs"],
      summary: "The newest picture of a render",
      security: [{ runKey: [] }],
      parameters: [parameter("id")],
      responses: { 200: { description: "The picture.", content: binary("image/*") }, ...fails("loan-over") },
    },
  },
  "/runs/{id}/progress": {
    post: {
      operationId: "reportProgress",
      tags: ["Runs"],
      summary: "Reports how far a run is",
      description:
        "For a studio's own server, which answered the call with `started`. Signed like the call, with the same secret.",
      security: [{ webhookSignature: [] }],
      parameters: [parameter("id"), parameter("at"), ...SIGNATURE_HEADERS],
      requestBody: { required: true, content: json("Report") },
      responses: {
        200: {
          description: "Taken.",
          content: {
            "application/json": {
              schema: {
                type: "object",
                properties: {
                  accepted: { const: true },
                  problem: { type: "string", description: "what was left out of the report, and why" },
                },
                required: ["accepted"],
              },
            },
          },
        },
        ...fails(
          "signature-refused",
          "invalid-call",
          "body-too-large",
          "report-early",
          "report-refused",
          "run-over",
          "unknown-run",
          "log-unreachable",
        ),
      },
    },
  },
};
