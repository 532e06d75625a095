import * as v from "valibot";
import { expect, it } from "vitest";
import { message } from "../../../worker/format/message.ts";
import { readSchemaMessage, schemaMessage } from "../../../worker/format/schema-message.ts";

it("keeps the values of a text through a schema", () => {
  const text = message("flamenco.notBelow", { roots: ["/mnt/prod", "/mnt/tests"] });
  const schema = v.pipe(
    v.string(),
    v.check(() => false, schemaMessage(text)),
  );
  const [issue] = v.safeParse(schema, "").issues ?? [];
  expect(readSchemaMessage(issue?.message ?? "")).toEqual(text);
});

it.each([["Must be a name"], [""], ["12"], ["null"], ['{"text":"x"}']])(
  "leaves a plain string alone: %j",
  (written) => {
    expect(readSchemaMessage(written)).toBeUndefined();
  },
);
