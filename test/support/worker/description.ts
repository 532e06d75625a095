// Holds every answer of the worker against the description of its routes: its status, its content
// type, and its JSON.
import { Validator } from "@cfworker/json-schema";
import * as v from "valibot";
import { openapi, wire } from "../../../gen/openapi.ts";

const Content = v.record(v.string(), v.object({ schema: v.looseObject({}) }));
const Described = v.object({
  headers: v.optional(v.record(v.string(), v.object({ required: v.optional(v.boolean(), false) })), {}),
  content: v.optional(Content, {}),
});
const Operation = v.object({ responses: v.record(v.string(), v.union([v.object({ $ref: v.string() }), Described])) });
const Description = v.object({
  paths: v.record(v.string(), v.record(v.string(), Operation)),
  components: v.object({ responses: v.record(v.string(), Described), schemas: v.looseObject({}) }),
});

// Inside a JSON Schema, definitions are in another place.
const { paths, components } = v.parse(
  Description,
  JSON.parse(openapi.join(wire).replaceAll('"#/components/schemas/', '"#/$defs/')),
);

/** The paths as patterns, literal ones first. */
const PATHS = Object.entries(paths)
  .map(([path, operations]) => ({
    pattern: new RegExp(`^${path.replaceAll(".", "\\.").replace(/\{\w+\}/g, "[^/]+")}$`),
    operations,
    parameters: path.split("{").length,
  }))
  .toSorted((one, other) => one.parameters - other.parameters);

/**
 * Throws if the description doesn't allow this answer.
 * @param path within the deployment
 */
export async function checkDescribed(method: string, path: string, response: Response): Promise<void> {
  const { status, headers } = response;
  const problem = (what: string) => new Error(`scripts/openapi does not describe this: ${method} ${path} ${what}`);
  const responses = findResponses(method, path.replace(/\/+$/, "") || "/");
  const found = responses[status] ?? responses[`${Math.floor(status / 100)}XX`];
  if (found === undefined) throw problem(`answers ${status}: ${await response.text()}`);
  const described = "$ref" in found ? components.responses[found.$ref.split("/").at(-1) ?? ""] : found;
  if (described === undefined) throw problem(`refers to ${JSON.stringify(found)}`);
  const missing = Object.entries(described.headers).find(([name, { required }]) => required && !headers.has(name));
  if (missing !== undefined) throw problem(`answers ${status} without ${missing[0]}`);
  const type = headers.get("content-type")?.split(";")[0];
  const types = Object.keys(described.content);
  if (types.length === 0 || type === undefined || method === "HEAD") return;
  const range = types.find((one) => one === type || one === "*/*" || one === `${type.split("/")[0]}/*`);
  if (range === undefined) throw problem(`answers ${status} with ${type}`);
  if (type !== "application/json") return;
  const errors = findErrors(described.content[range]?.schema ?? {}, await response.json());
  if (errors !== undefined) throw problem(`answers ${status} with ${errors}`);
}

/** What an unknown address, or an unknown method, may be answered. */
const UNKNOWN = { 405: { $ref: "MethodNotAllowed" }, "4XX": { $ref: "Failed" }, 500: { $ref: "Failed" } };

function findResponses(method: string, path: string): v.InferOutput<typeof Operation>["responses"] {
  const operations = PATHS.find(({ pattern }) => pattern.test(path))?.operations ?? {};
  const name = method.toLowerCase();
  return (operations[name] ?? (name === "head" ? operations.get : undefined))?.responses ?? UNKNOWN;
}

const validators = new Map<string, Validator>();

/** The errors as text; undefined if there are none. */
function findErrors(schema: object, value: unknown): string | undefined {
  const key = JSON.stringify(schema);
  const validator = validators.get(key) ?? new Validator({ ...schema, $defs: components.schemas }, "2020-12");
  validators.set(key, validator);
  const { valid, errors } = validator.validate(value);
  return valid ? undefined : `${JSON.stringify(value)}\n${JSON.stringify(errors, null, 2)}`;
}
