// What Kitsu sends: the fields of a call, in the names of its two modes. The worker compares names
// without case and underscores, so that it understands older versions of Kitsu, too.
import type { JsonSchema } from "@valibot/to-json-schema";
import { TASKS_MAX } from "../../contract.ts";
import { type Content, refer } from "./operation.ts";

const text = (description: string): JsonSchema => ({ type: "string", description });

const SELECTION = "ids of the selected tasks";
const PERSON = "who calls, a claim";
const ENTITY_TYPE = "guessed by Kitsu from its page";

/** What comes back with the answer to a question. */
const ANSWER = {
  form: { type: "string", maxLength: 200, description: "`form` of the question" },
  plan: { type: "string", maxLength: 200, description: "`plan` of the question" },
} as const satisfies Record<string, JsonSchema>;

export const KITSU_SCHEMAS: Record<string, JsonSchema> = {
  AjaxCall: {
    type: "object",
    description:
      "A call of Kitsu's AJAX mode, with the answer to a question if there was one. Unknown members are ignored.",
    properties: {
      selection: {
        description: SELECTION,
        type: "array",
        maxItems: TASKS_MAX,
        items: { type: "string", format: "uuid" },
      },
      userid: { type: "string", format: "uuid", description: PERSON },
      useremail: text(PERSON),
      productionid: { type: "string", format: "uuid", description: "of the first task, or of the page" },
      entitytype: text(ENTITY_TYPE),
      originurl: text("the page in Kitsu"),
      originserver: text("Kitsu's host"),
      input: refer("Input"),
      ...ANSWER,
      back: { type: "boolean", description: "the person went back to change their answers" },
    },
  },
  FormCall: {
    type: "object",
    description: "A call of Kitsu's form mode. Unknown fields are ignored.",
    properties: {
      selection: text(`${SELECTION}, separated by commas`),
      personid: { type: "string", format: "uuid", description: PERSON },
      personemail: text(PERSON),
      projectid: { type: "string", format: "uuid", description: "of the first task, or of the page" },
      entitytype: text(ENTITY_TYPE),
      currentpath: text("the page in Kitsu"),
      currentserver: text("Kitsu's host"),
      ...ANSWER,
      back: text("not empty: the person went back to change their answers"),
    },
    patternProperties: {
      "^input\\.": { type: "string", description: "the answer to the field of this name; may occur more than once" },
    },
  },
};

/** The three ways to send the same fields. Always in UTF-8, and up to 2 MiB. */
export const CALL_CONTENT: Content = {
  "application/json": { schema: refer("AjaxCall") },
  "application/x-www-form-urlencoded": { schema: refer("FormCall") },
  "multipart/form-data": { schema: refer("FormCall") },
};
