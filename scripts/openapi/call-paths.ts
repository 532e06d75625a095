// The routes that Kitsu calls: actions, and what can be done with their runs.
import type { FailureCode } from "../../worker/format/failure.ts";
import { CALL_CONTENT } from "./kitsu-call.ts";
import {
  fails,
  goesTo,
  json,
  NO_CONTENT,
  type Operation,
  type Parameter,
  type Paths,
  page,
  parameter,
  type Response,
  type Responses,
  type Security,
} from "./operation.ts";

/** Nothing, Kitsu's session cookie, or the token of Cloudflare Access: docs/trust.md. */
const CALLER: Security = [{}, { kitsuSession: [] }, { cloudflareAccess: [] }];

/** What may go wrong when Kitsu is asked. */
export const KITSU = [
  "kitsu-unreachable",
  "kitsu-timeout",
  "kitsu-broken",
  "kitsu-token-refused",
  "kitsu-forbidden",
  "kitsu-second-factor",
  "kitsu-busy",
  "kitsu-unknown",
  "kitsu-refused",
  "kitsu-version",
  "person-not-accepted",
  "access-unreachable",
  "platform-limit",
  "time-limit",
] as const satisfies FailureCode[];

/** What may go wrong with any call. */
const CALL = [
  "invalid-call",
  "unsupported-media-type",
  "body-too-large",
  "origin-not-allowed",
  "not-allowed",
  "empty-selection",
  "nothing-to-do",
  "already-submitted",
  "never-ran",
  "run-interrupted",
  "too-much-to-keep",
  "log-unreachable",
  "unknown-action",
  ...KITSU,
] as const satisfies FailureCode[];

/** What an action's farm or a studio's server may answer. */
const SERVERS = [
  "target-unreachable",
  "target-timeout",
  "target-answer-too-large",
  "target-answer-broken",
  "target-refused",
  "farm-unreachable",
  "farm-broken",
  "farm-refused",
  "render-failed",
] as const satisfies FailureCode[];

const answered = (description: string): Response => ({ description, content: { ...json("Answer"), ...page } });

const ANSWERS: Responses = {
  200: answered("The reply: `done`, or `ask`, whose answer is a call to the same address with the same `run`."),
  202: answered("`started`: the action continues. `run.follow` reports on it."),
  ...goesTo("Only for forms: to the page that the reply opens, or to that of the run."),
  "4XX": {
    $ref: "#/components/responses/Failed",
    description: "Refused by the action or by a studio's server, with its own code and status.",
  },
};

const READER = [parameter("lang"), parameter("tz"), parameter("theme"), parameter("userscript")];

const ACTION: Parameter = {
  name: "action",
  in: "path",
  required: true,
  description: "the action's id, as in the list of actions",
  schema: { type: "string", examples: ["debug"] },
};

const RUN_ACTION: Operation = {
  operationId: "runAction",
  tags: ["Calls"],
  summary: "Runs an action",
  description:
    "Answers with JSON, or with a page if the request is a form's or accepts `text/html`. Parameters of the address that are not listed here are passed to the action.",
  security: CALLER,
  parameters: [parameter("run"), parameter("try"), ...READER],
  requestBody: { required: true, content: CALL_CONTENT },
  responses: { ...ANSWERS, ...fails(...CALL, ...SERVERS, "method-not-allowed") },
};

const preflight = (operationId: string): Operation => ({
  operationId,
  tags: ["Calls"],
  summary: "Answers a preflight",
  description: "Allows calls from Kitsu's page.",
  security: [],
  responses: { ...NO_CONTENT("The page may send the call."), ...fails("origin-not-allowed") },
});

/** What follows a run, with what each may answer beside a call's failures. */
const FOLLOW_UPS: readonly [name: string, summary: string, codes: FailureCode[]][] = [
  ["retry", "Runs the action again, for the tasks that failed", [...SERVERS]],
  ["undo", "Reverts what the run did", [...SERVERS, "undo-over"]],
  ["cancel", "Cancels a run in progress", [...SERVERS, "run-over"]],
  ["pause", "Pauses a run in progress", [...SERVERS, "run-over"]],
  ["resume", "Resumes a paused run", [...SERVERS, "run-over"]],
];

const followUp = ([name, summary, codes]: (typeof FOLLOW_UPS)[number]): Paths => ({
  [`/runs/{id}/${name}`]: {
    post: {
      operationId: `${name}Run`,
      tags: ["Calls"],
      summary,
      description: "The address is in the run's answer. Answers like an action, as a run of its own.",
      security: CALLER,
      parameters: [parameter("id"), parameter("at"), parameter("key"), parameter("run"), parameter("try"), ...READER],
      requestBody: { required: true, content: CALL_CONTENT },
      responses: { ...ANSWERS, ...fails(...CALL, ...codes, "unknown-run") },
    },
    options: {
      ...preflight(`preflight${name[0]?.toUpperCase()}${name.slice(1)}Run`),
      parameters: [parameter("anyId")],
    },
  },
});

export const CALL_PATHS: Paths = {
  "/actions": {
    get: {
      operationId: "listActions",
      tags: ["Calls"],
      summary: "Lists the actions",
      description: "With Kitsu's session or Cloudflare Access, it says which of them the caller may run.",
      security: CALLER,
      parameters: [parameter("lang")],
      responses: { 200: { description: "The actions.", content: json("Catalogue") }, ...fails(...KITSU) },
    },
  },
  "/actions/{action}": {
    post: { ...RUN_ACTION, parameters: [ACTION, ...(RUN_ACTION.parameters ?? [])] },
    get: {
      operationId: "openAction",
      tags: ["Calls"],
      summary: "Runs an action that changes nothing",
      description:
        "A call as a link: its fields are parameters, in the names of either mode. Actions that change something answer 405.",
      security: CALLER,
      parameters: [
        ACTION,
        parameter("run"),
        parameter("try"),
        ...READER,
        {
          name: "selection",
          in: "query",
          description: "ids of tasks, separated by commas",
          schema: { type: "string" },
        },
        { name: "personid", in: "query", description: "who calls, a claim", schema: { type: "string" } },
      ],
      responses: { ...ANSWERS, ...fails(...CALL, ...SERVERS, "method-not-allowed") },
    },
    options: { ...preflight("preflightAction"), parameters: [ACTION] },
  },
  "/actions/{action}/dry": {
    post: {
      ...RUN_ACTION,
      operationId: "runActionDry",
      summary: "Says what an action would do, and does nothing",
      description:
        "Answers what the person would have to confirm, as `done`. An action that changes nothing runs. Not for Kitsu's page: there is no preflight.",
      parameters: [ACTION, ...READER],
    },
  },
  ...Object.assign({}, ...FOLLOW_UPS.map(followUp)),
  "/runs/{id}/void": {
    post: {
      operationId: "voidRun",
      tags: ["Calls"],
      summary: "Makes sure that a call whose answer was lost never runs",
      description: "If the run is running or has ended, this answers what became of it.",
      security: [],
      parameters: [parameter("id"), parameter("try")],
      responses: {
        200: answered("It had run: the reply, without anything personal."),
        202: answered("It is running."),
        ...fails("origin-not-allowed", "never-ran", "run-interrupted", "unknown-run"),
      },
    },
    options: { ...preflight("preflightVoidRun"), parameters: [parameter("anyId")] },
  },
};
