// Puts the two documents together: the JSON Schema of the wire, and the description of the routes.
import { readFile } from "node:fs/promises";
import type { JsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { Run, RunId } from "../../contract.ts";
import { CALL_PATHS } from "./call-paths.ts";
import { FILE_PATHS } from "./file-paths.ts";
import { KITSU_SCHEMAS } from "./kitsu-call.ts";
import { LINK_PATHS } from "./link-paths.ts";
import { LOG_PATHS } from "./log-paths.ts";
import { json, type Parameter, page, queryText, refer } from "./operation.ts";
import { RUN_PATHS, SIGNATURE_HEADERS } from "./run-paths.ts";
import { makeMoreSchemas, makeWireSchemas, type Schemas } from "./wire-schemas.ts";

const root = new URL("../../", import.meta.url);

const ABOUT = `Kitsu sends calls, the userscript and programs read what became of them, and a studio's own server reports how far it is.

Version 1 only grows: ignore members that you don't know. A failure of any route is a \`failed\` reply with a stable \`code\`, as JSON, or as a page for requests that accept \`text/html\`. HEAD is answered like GET, without a body; an unknown method with 405.`;

const TAGS = [
  { name: "Calls", description: "Actions, and what can be done with their runs." },
  { name: "Runs", description: "What became of a run." },
  { name: "Log", description: "All runs, for people and programs that have LOG_TOKEN." },
  { name: "Links", description: "Temporary addresses, for programs at a workstation." },
  { name: "Files", description: "Pages, the userscript, and this description." },
];

const SECURITY = {
  kitsuSession: {
    type: "apiKey",
    in: "cookie",
    name: "access_token_cookie",
    description: "Kitsu's own session, if the worker is on Kitsu's host.",
  },
  cloudflareAccess: {
    type: "apiKey",
    in: "header",
    name: "cf-access-jwt-assertion",
    description: "Set by Cloudflare Access.",
  },
  logToken: { type: "http", scheme: "bearer", description: "LOG_TOKEN" },
  logCookie: {
    type: "apiKey",
    in: "cookie",
    name: "kitsu_actions_log",
    description: "From the page to sign in. It lasts twelve hours.",
  },
  runKey: { type: "apiKey", in: "query", name: "key", description: "In the addresses of a long run." },
  webhookSignature: {
    type: "apiKey",
    in: "header",
    name: "webhook-signature",
    description:
      "Standard Webhooks: `v1,` and the HMAC-SHA256 of `<webhook-id>.<webhook-timestamp>.<body>` in base64, with FORWARD_SECRET.",
  },
};

const PARAMETERS: Record<string, Parameter> = {
  id: { name: "id", in: "path", required: true, description: "the run's id", schema: refer("RunId") },
  anyId: { name: "id", in: "path", required: true, description: "any id", schema: { type: "string" } },
  at: queryText("at", "when the run started, as in its addresses: it is found faster", { type: "string" }),
  key: queryText("key", "the key of a long run, as in its addresses"),
  run: queryText("run", "the run's id, made by the caller: 128 random bits in hexadecimal", { type: "string" }),
  try: queryText("try", "tells a page's requests for one run apart: 8 hexadecimal digits", { type: "string" }),
  lang: queryText("lang", "the reader's language: `fr`, `fr-CA`"),
  tz: queryText("tz", "the reader's time zone: `Europe/Paris`"),
  theme: queryText("theme", "`light` or `dark`", { type: "string" }),
  userscript: queryText("userscript", "the version of the userscript that sent the call", { type: "string" }),
};

const FAILED = { ...json("FailedAnswer"), ...page };
const RESPONSES = {
  Failed: { description: "A failed reply.", content: FAILED },
  TooManyCalls: {
    description: "`too-many-calls`",
    headers: { "retry-after": { description: "in seconds", required: true, schema: { type: "string" } } },
    content: FAILED,
  },
  MethodNotAllowed: {
    description: "`method-not-allowed`",
    headers: { allow: { required: true, schema: { type: "string" } } },
    content: FAILED,
  },
};

const WEBHOOKS = {
  call: {
    get: {
      operationId: "checkSecret",
      tags: ["Calls"],
      summary: "Asks a studio's own server whether it has the same secret",
      description: "Signed over an empty body: docs/forward.md.",
      security: [{ webhookSignature: [] }],
      responses: {
        204: { description: "The signature is right. Nothing else is done." },
        "4XX": { description: "401: it is wrong." },
      },
    },
    post: {
      operationId: "receiveCall",
      tags: ["Calls"],
      summary: "What the worker sends to a studio's own server",
      description: "Verify the signature before you read the body: docs/forward.md.",
      security: [{ webhookSignature: [] }],
      parameters: SIGNATURE_HEADERS,
      requestBody: { required: true, content: json("ForwardedRequest") },
      responses: {
        200: {
          description: "The reply. Other JSON, plain text and pages are shown, too.",
          content: json("ServerReply"),
        },
        204: { description: "Accepted, without a reply." },
        "4XX": {
          description: "Refused.",
          content: {
            "application/problem+json": {
              schema: {
                type: "object",
                properties: { title: { type: "string" }, detail: { type: "string" } },
              } satisfies JsonSchema,
            },
          },
        },
      },
    },
  },
};

/**
 * Each document before and after the definitions of the wire, which both have and which are most of
 * them. There, they refer to each other as in a JSON Schema.
 */
export type Documents = { wire: string; contract: [string, string]; openapi: [string, string] };

export async function makeDocuments(): Promise<Documents> {
  const { version } = v.parse(
    v.object({ version: v.string() }),
    JSON.parse(await readFile(new URL("package.json", root), "utf8")),
  );
  const wire = await makeWireSchemas();
  const contract = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "The wire of Kitsu Actions, version 1",
    description: "Validate with one of the definitions. Version 1 only grows: ignore members that you don't know.",
    $defs: WIRE_HERE,
  };
  const openapi = {
    openapi: "3.1.1",
    info: { title: "Kitsu Actions", version, description: ABOUT, license: { name: "MIT", identifier: "MIT" } },
    servers: [{ url: ".", description: "This worker" }],
    tags: TAGS,
    paths: { ...CALL_PATHS, ...RUN_PATHS, ...LOG_PATHS, ...LINK_PATHS, ...FILE_PATHS },
    webhooks: WEBHOOKS,
    components: {
      securitySchemes: SECURITY,
      parameters: PARAMETERS,
      responses: RESPONSES,
      schemas: { ...WIRE_HERE, ...(await makeServerSchemas()), ...KITSU_SCHEMAS },
    },
  };
  const [before, after] = split(openapi);
  return {
    wire: JSON.stringify(wire).slice(1, -1),
    contract: split(contract),
    openapi: [inOpenapi(before), inOpenapi(after)],
  };
}

const WIRE_HERE = { "": 0 };

/** The text before and after WIRE_HERE. */
function split(document: object): [string, string] {
  const [before = "", after = ""] = JSON.stringify(document).split(JSON.stringify(WIRE_HERE).slice(1, -1));
  return [before, after];
}

const inOpenapi = (text: string) => text.replaceAll('"#/$defs/', '"#/components/schemas/');

/** Of the worker's own answers that are not on the wire between it and the others. */
async function makeServerSchemas(): Promise<Schemas> {
  // Imported by URL, because workerd's types and Node's conflict.
  const [{ StoredReply, StoredText }, { RunRecord }, { Summary }, { TicketReport }, { UseDocument }, { Diagnosis }] =
    await Promise.all(
      [
        "format/reply",
        "storage/run-record",
        "storage/run-log",
        "storage/ticket-report",
        "storage/use/use-report",
        "doctor/finding",
      ].map((name) => import(new URL(`worker/${name}.ts`, root).href)),
    );
  const Text = v.string();
  const schemas = {
    LoggedRun: v.object({ ...RunRecord.entries, run: Run }),
    LogPage: v.object({
      runs: v.array(
        v.object({
          ...Summary.entries,
          id: RunId,
          at: v.pipe(v.string(), v.isoTimestamp()),
          title: Text,
          actionTitle: Text,
          url: Text,
        }),
      ),
      cursor: v.optional(Text),
      searched: v.optional(v.number()),
      until: v.optional(v.pipe(v.string(), v.isoTimestamp())),
    }),
    PersonData: v.object({
      person: Text,
      runs: v.array(v.object({ ...RunRecord.entries, run: Run })),
      complete: v.boolean(),
      next: v.optional(Text),
      ids: v.optional(v.array(Text)),
    }),
    Erasure: v.object({
      person: Text,
      erased: v.number(),
      running: v.number(),
      ids: v.array(Text),
      searched: v.number(),
      until: v.optional(v.pipe(v.string(), v.isoTimestamp())),
      cursor: v.optional(Text),
    }),
    TicketReport,
    UseDocument,
    Diagnosis,
  };
  const replaced = new Map<unknown, JsonSchema>([
    [StoredReply, refer("Reply")],
    [StoredText, { type: "string" }],
  ]);
  return {
    ...makeMoreSchemas(schemas, replaced),
    FailedAnswer: {
      type: "object",
      properties: { version: { const: 1 }, run: refer("Run"), reply: refer("Failed") },
      required: ["version", "reply"],
    },
  };
}
