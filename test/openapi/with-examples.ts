// The description of the routes with examples that a studio knows: requests then get further than
// to an unknown person or an unknown run.
import * as v from "valibot";
import type { Known } from "./studio.ts";

const Schema = v.looseObject({ examples: v.optional(v.array(v.unknown())) });
const Call = v.looseObject({ properties: v.record(v.string(), Schema) });
const Description = v.looseObject({
  components: v.looseObject({
    parameters: v.record(v.string(), v.looseObject({ schema: Schema })),
    schemas: v.looseObject({ AjaxCall: Call, FormCall: Call }),
  }),
});

export function withExamples(openapi: string, { persons, emails, tasks, runs }: Known): string {
  const description = v.parse(Description, JSON.parse(openapi));
  const { parameters, schemas } = description.components;
  add(parameters.id?.schema, runs);
  for (const name of ["userid", "personid"]) {
    add(schemas.AjaxCall.properties[name], persons);
    add(schemas.FormCall.properties[name], persons);
  }
  for (const name of ["useremail", "personemail"]) {
    add(schemas.AjaxCall.properties[name], emails);
    add(schemas.FormCall.properties[name], emails);
  }
  add(schemas.AjaxCall.properties.form, ["debug"]);
  add(schemas.FormCall.properties.form, ["debug"]);
  add(schemas.AjaxCall.properties.selection, [tasks]);
  add(schemas.FormCall.properties.selection, [tasks.join(",")]);
  return JSON.stringify(description);
}

function add(schema: v.InferOutput<typeof Schema> | undefined, examples: unknown[]): void {
  if (schema !== undefined) schema.examples = examples;
}
