// How the routes are described: parameters, bodies and responses that several of them share.
import type { JsonSchema } from "@valibot/to-json-schema";
import { Failure, type FailureCode } from "../../worker/format/failure.ts";

export type Content = Record<string, { schema: JsonSchema }>;
export type Response = { description: string; headers?: Record<string, unknown>; content?: Content };
export type Responses = Record<string, Response | { $ref: string; description?: string }>;
export type Parameter = {
  name: string;
  in: "path" | "query" | "header" | "cookie";
  required?: boolean;
  description?: string;
  schema: JsonSchema;
  style?: string;
  explode?: boolean;
};
export type Security = readonly Record<string, string[]>[];

export type Operation = {
  operationId: string;
  tags: [string];
  summary: string;
  description?: string;
  security: Security;
  parameters?: readonly (Parameter | { $ref: string })[];
  requestBody?: { required: boolean; description?: string; content: Content };
  responses: Responses;
};
export type Method = "get" | "post" | "options" | "head";
export type Path = Partial<Record<Method, Operation>>;
export type Paths = Record<string, Path>;

/** In the finished description, the schemas are in components. */
export const refer = (name: string): JsonSchema => ({ $ref: `#/$defs/${name}` });
export const parameter = (name: string) => ({ $ref: `#/components/parameters/${name}` });

const TEXT: JsonSchema = { type: "string" };
export const json = (name: string): Content => ({ "application/json": { schema: refer(name) } });
export const page: Content = { "text/html": { schema: TEXT } };
export const asset = (type: string): Content => ({ [type]: { schema: TEXT } });
export const binary = (type: string): Content => ({ [type]: { schema: {} } });

export const queryText = (name: string, description: string, schema: JsonSchema = TEXT): Parameter => ({
  name,
  in: "query",
  description,
  schema,
});

export const headerText = (
  name: string,
  description: string,
  schema: JsonSchema = TEXT,
  required = false,
): Parameter => ({
  name,
  in: "header",
  description,
  ...(required && { required }),
  schema,
});

/** Failures of every route that is not answered from memory. */
const ALWAYS = ["too-many-calls", "internal-error", "not-configured"] as const satisfies FailureCode[];

/** The failures of a route, with the codes of each status. */
export function fails(...codes: readonly FailureCode[]): Responses {
  const byStatus = Map.groupBy([...codes, ...ALWAYS], (code) => new Failure(code, {}).status);
  return Object.fromEntries(
    [...byStatus].map(([status, named]) => [
      String(status),
      {
        $ref: `#/components/responses/${status === 429 ? "TooManyCalls" : status === 405 ? "MethodNotAllowed" : "Failed"}`,
        description: named.map((code) => `\`${code}\``).join(", "),
      },
    ]),
  );
}

/** A form's own tab goes on to another page. */
export const goesTo = (description: string): Responses => ({
  303: { description, headers: { location: { required: true, schema: TEXT } } },
});

export const NO_CONTENT = (description: string): Responses => ({ 204: { description } });

export const HTTPS: Responses = {
  308: {
    description: "To the same address by https.",
    headers: { location: { required: true, schema: { type: "string" } } },
  },
};
