// The routes of temporary links: tickets for the handler at a workstation, media, files, and tasks
// for a studio's server.
import { binary, fails, headerText, json, NO_CONTENT, type Parameter, type Paths, type Response } from "./operation.ts";
import { SIGNATURE_HEADERS } from "./run-paths.ts";

const TOKEN: Parameter = {
  name: "token",
  in: "path",
  required: true,
  description: "256 random bits in hexadecimal. Whoever has the address has access.",
  schema: { type: "string", pattern: "^[0-9a-f]{64}$" },
};
const NAME: Parameter = {
  name: "name",
  in: "path",
  required: true,
  description: "only for people: any name leads to the same content",
  schema: { type: "string", minLength: 1 },
};

const media = (description: string, hasBody: boolean): Response => ({
  description,
  headers: { "content-disposition": { schema: { type: "string" } } },
  ...(hasBody && { content: binary("*/*") }),
});

const MEDIA_CODES = [
  "loan-over",
  "kitsu-unreachable",
  "kitsu-timeout",
  "kitsu-broken",
  "kitsu-token-refused",
  "kitsu-forbidden",
  "kitsu-unknown",
  "method-not-allowed",
] as const;

const readMedia = (hasBody: boolean) => ({
  200: media("The original file of the preview.", hasBody),
  206: media("A part of it.", hasBody),
  416: media("It has no such part.", false),
  ...fails(...MEDIA_CODES),
});

const RANGE = headerText("range", "a part of the file");

export const LINK_PATHS: Paths = {
  "/t/{token}": {
    get: {
      operationId: "takeTicket",
      tags: ["Links"],
      summary: "Takes a ticket",
      description: "For the handler at a workstation. Only the first request gets it.",
      security: [],
      parameters: [
        TOKEN,
        headerText("kitsu-person", "the e-mail address of the person at the workstation, if it is known"),
        headerText("kitsu-report", "`1`: the handler will report what became of the program"),
      ],
      responses: {
        200: { description: "What to open.", content: json("Ticket") },
        ...fails("ticket-unknown", "ticket-used", "ticket-foreign", "method-not-allowed"),
      },
    },
  },
  "/t/{token}/state": {
    get: {
      operationId: "readTicketState",
      tags: ["Links"],
      summary: "Whether a ticket was taken",
      security: [],
      parameters: [{ ...TOKEN, description: "an unknown one counts as expired", schema: { type: "string" } }],
      responses: { 200: { description: "Its state.", content: json("TicketState") }, ...fails() },
    },
  },
  "/t/{token}/report": {
    post: {
      operationId: "reportTicket",
      tags: ["Links"],
      summary: "Reports what became of the program",
      description: "From the handler that took the ticket, once.",
      security: [],
      parameters: [TOKEN],
      requestBody: { required: true, content: json("TicketReport") },
      responses: {
        ...NO_CONTENT("Noted."),
        ...fails("invalid-call", "body-too-large", "ticket-unknown", "ticket-used"),
      },
    },
  },
  "/media/{token}/{name}": {
    get: {
      operationId: "playMedia",
      tags: ["Links"],
      summary: "The media of a preview, for players",
      security: [],
      parameters: [TOKEN, NAME, RANGE],
      responses: readMedia(true),
    },
    head: {
      operationId: "checkMedia",
      tags: ["Links"],
      summary: "The size and type of a preview's media",
      security: [],
      parameters: [TOKEN, NAME, RANGE],
      responses: readMedia(false),
    },
  },
  "/files/{token}/{name}": {
    get: {
      operationId: "downloadFile",
      tags: ["Links"],
      summary: "A text file that an action made",
      security: [],
      parameters: [TOKEN, NAME],
      responses: { 200: media("The file.", true), ...fails("loan-over") },
    },
  },
  "/tasks/{token}/{page}": {
    get: {
      operationId: "readMoreTasks",
      tags: ["Links"],
      summary: "More tasks of a forwarded call",
      description:
        "For the server that got the call, at the address in its `more_tasks`. Signed like a report, over an empty body.",
      security: [{ webhookSignature: [] }],
      parameters: [
        { ...TOKEN, description: "from the address" },
        {
          name: "page",
          in: "path",
          required: true,
          description: "from the address",
          schema: { type: "string", pattern: "^[0-9]{1,4}$" },
        },
        ...SIGNATURE_HEADERS,
      ],
      responses: {
        200: { description: "Up to 500 tasks.", content: json("MoreTasks") },
        ...fails("signature-refused", "loan-over"),
      },
    },
  },
};
