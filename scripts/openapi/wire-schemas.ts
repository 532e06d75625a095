// The JSON Schemas of the wire, made from the valibot schemas in contract/: what a sender should
// send. Readers are more tolerant.
import { type JsonSchema, toJsonSchemaDefs } from "@valibot/to-json-schema";
import * as v from "valibot";
import * as contract from "../../contract.ts";
import { type DocComment, readDocComments } from "./doc-comments.ts";

export type Schemas = Record<string, JsonSchema>;
type NamedSchemas = Record<string, v.GenericSchema>;

const Report = v.pipe(
  v.union([contract.ServerDone, contract.ServerStarted, contract.Failed]),
  v.description("What a studio's server reports about its run: how far it is, or how it ended."),
);

/** Every schema that contract.ts exports, by its name there. */
const WIRE: NamedSchemas = {
  ...Object.fromEntries(
    Object.entries<unknown>(contract).filter((entry): entry is [string, v.GenericSchema] => isSchema(entry[1])),
  ),
  Report,
};

function isSchema(value: unknown): value is v.GenericSchema {
  return v.is(v.object({ kind: v.literal("schema") }), value);
}

/** The wire, with the comments of its sources as descriptions. */
export async function makeWireSchemas(): Promise<Schemas> {
  const comments = await readDocComments();
  const schemas = Object.entries(convert(WIRE, new Map()));
  return Object.fromEntries(schemas.map(([name, schema]) => [name, describe(schema, comments.get(name))]));
}

/**
 * Schemas that are not part of the wire but refer to it.
 * @param replaced schemas that can't be converted, and what to write instead
 */
export function makeMoreSchemas(schemas: NamedSchemas, replaced: ReadonlyMap<unknown, JsonSchema>): Schemas {
  const all = convert({ ...WIRE, ...schemas }, replaced);
  return Object.fromEntries(Object.entries(all).filter(([name]) => name in schemas));
}

/** Any text is valid, but these are the values that are known now. */
const OPEN_LISTS: ReadonlyMap<unknown, JsonSchema> = new Map([
  [contract.Field.entries.type, { type: "string", examples: [...contract.FIELD_TYPES] }],
]);

const convert = (schemas: NamedSchemas, replaced: ReadonlyMap<unknown, JsonSchema>): Schemas =>
  toJsonSchemaDefs(schemas, {
    typeMode: "input",
    target: "draft-2020-12",
    overrideSchema: ({ valibotSchema, jsonSchema }) =>
      replaced.get(valibotSchema) ?? OPEN_LISTS.get(valibotSchema) ?? tidy(valibotSchema, jsonSchema),
  });

const ObjectSchema = v.object({
  type: v.literal("object"),
  entries: v.record(v.string(), v.looseObject({ fallback: v.optional(v.string()) })),
});

/** A member with a fallback may be left out. Keywords that say nothing are removed. */
function tidy(schema: unknown, { propertyNames, ...json }: JsonSchema): JsonSchema {
  const parsed = v.safeParse(ObjectSchema, schema);
  if (!parsed.success) return json;
  const { entries } = parsed.output;
  const { required = [], properties = {}, ...rest } = json;
  const needed = required.filter((name) => !("fallback" in (entries[name] ?? {})));
  const described = Object.entries(properties).map(([name, property]) => {
    const byDefault = entries[name]?.fallback;
    return [
      name,
      byDefault === undefined || property === true ? property : { ...Object(property), default: byDefault },
    ];
  });
  return {
    ...rest,
    properties: Object.fromEntries(described),
    ...(needed.length > 0 && { required: needed }),
  };
}

/** Adds a comment. What its list says about members goes to them. */
function describe(schema: JsonSchema, comment: DocComment = { text: "", members: new Map() }): JsonSchema {
  const { text, members } = comment;
  const properties = Object.entries(schema.properties ?? {}).map(([name, property]) => [
    name,
    addDescription(property, members.get(name)),
  ]);
  return {
    ...(text && { description: text }),
    ...schema,
    ...(schema.properties && { properties: Object.fromEntries(properties) }),
    ...(schema.anyOf && { anyOf: schema.anyOf.map((option) => addDescription(option, members.get(kindOf(option)))) }),
  };
}

const addDescription = (schema: JsonSchema | boolean, description: string | undefined): JsonSchema | boolean =>
  description === undefined || typeof schema === "boolean" ? schema : { description, ...schema };

const Kind = v.object({ properties: v.object({ kind: v.object({ const: v.string() }) }) });

/** Which kind of reply or effect the schema is, "" if it is none. */
function kindOf(schema: unknown): string {
  const parsed = v.safeParse(Kind, schema);
  return parsed.success ? parsed.output.properties.kind.const : "";
}
