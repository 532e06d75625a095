import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Validator } from "@cfworker/json-schema";
import { beforeAll, describe, expect, it } from "vitest";
import { FIELD_TYPES } from "../../../contract.ts";
import { listDocComments } from "../../../scripts/openapi/doc-comments.ts";
import { makeWireSchemas, type Schemas } from "../../../scripts/openapi/wire-schemas.ts";

let schemas: Schemas;
beforeAll(async () => {
  schemas = await makeWireSchemas();
});

const validate = (name: string, value: unknown) =>
  new Validator({ $ref: `#/$defs/${name}`, $defs: schemas }, "2020-12").validate(value);

describe("the JSON Schema of the wire", () => {
  it("has what a sender should send in a list, although readers drop what they can't read", () => {
    const done = { kind: "done", title: "x" };
    expect(validate("Reply", { ...done, links: [{ label: "a", url: "https://a.tld" }] }).valid).toBe(true);
    expect(validate("Reply", { ...done, links: [{ label: "a" }] }).valid).toBe(false);
    expect(validate("Reply", { ...done, effects: [{ kind: "fly" }] }).valid).toBe(false);
  });

  it("lets a sender leave out what has a default or a fallback, and says which", () => {
    expect(validate("Done", { kind: "done", title: "x" }).valid).toBe(true);
    expect(schemas.Done?.properties?.severity).toMatchObject({ default: "info" });
    expect(schemas.Ask?.properties?.submit).toMatchObject({ default: "OK" });
  });

  it("lists the types of questions that are known, and allows others", () => {
    expect(schemas.Field?.properties?.type).toMatchObject({ type: "string", examples: [...FIELD_TYPES] });
    expect(validate("Field", { name: "a", label: "A", type: "later" }).valid).toBe(true);
    expect(FIELD_TYPES.filter((type) => !schemas.Field?.description?.includes(`\`${type}\``))).toEqual([]);
  });

  it("says how much of a question comes back with its answer", () => {
    expect(validate("ServerReply", { kind: "ask", title: "x", plan: "x".repeat(200) }).valid).toBe(true);
    expect(validate("ServerReply", { kind: "ask", title: "x", plan: "x".repeat(201) }).valid).toBe(false);
  });

  it("allows members that it doesn't know", () => {
    expect(validate("Reply", { kind: "failed", code: "disk-full", title: "x", later: 1 }).valid).toBe(true);
  });

  it("has no report that asks", () => {
    const ask = { kind: "ask", title: "x" };
    expect(validate("ServerReply", ask).valid).toBe(true);
    expect(validate("Report", ask).valid).toBe(false);
  });

  it("describes every schema", () => {
    const bare = Object.entries(schemas).filter(([, { description }]) => description === undefined);
    expect(
      bare.map(([name]) => name),
      "Write a comment above these in contract/",
    ).toEqual([]);
  });

  it("fits the examples in the docs", () => {
    const page = readFileSync(join(import.meta.dirname, "../../../docs/forward.md"), "utf8");
    const examples = [...page.matchAll(/```json\n(\{"kind"[\s\S]*?)\n```/g)].map(([, json = ""]): unknown =>
      JSON.parse(json),
    );
    expect(examples.length).toBeGreaterThan(2);
    for (const example of examples) expect(validate("ServerReply", example)).toMatchObject({ valid: true, errors: [] });
  });
});

describe("a comment", () => {
  it("describes its schema, and with its list the members", () => {
    const [[name, comment] = []] = listDocComments(
      [
        "/**",
        " * One thing,",
        " * in two lines.",
        " * - `a`, `b`: both. `c`: not a",
        " *   member here",
        " * - a point that is no member",
        " *",
        " * The end.",
        " */",
        "export const Thing = 1;",
      ].join("\n"),
    );
    expect(name).toBe("Thing");
    expect(comment?.text).toBe("One thing, in two lines.\n\n- a point that is no member\n\nThe end.");
    expect(Object.fromEntries(comment?.members ?? [])).toEqual({
      a: "both. `c`: not a member here",
      b: "both. `c`: not a member here",
    });
  });
});
