import * as v from "valibot";
import { describe, expect, it } from "vitest";
import type { Field, Input } from "../../../contract.ts";
import { type FormSchema, readInput } from "../../../worker/action/form-input.ts";
import { localize, toEnglish } from "../../../worker/format/localize.ts";
import { ENGLISH } from "../../../worker/format/reader.ts";
import { localizeReply } from "../../../worker/format/reply.ts";
import type { RetriedRun } from "../../../worker/request/call.ts";

const ACTION = { id: "render", title: "Render", about: "Renders.", submit: "Send" };

const read = (
  schema: FormSchema,
  input?: Input,
  more: { form?: string; isBack?: boolean; retryOf?: RetriedRun } = {},
) => readInput(ACTION, () => schema, { input, ...more });

async function askedBy(schema: FormSchema, input?: Input, more: { isBack?: boolean } = {}) {
  const result = await read(schema, input, more);
  if ("input" in result) throw new Error(`Expected a question, got ${JSON.stringify(result)}`);
  const reply = localizeReply(result.ask, ENGLISH);
  if (reply.kind !== "ask") throw new Error(`Expected a question, got ${JSON.stringify(reply)}`);
  return reply;
}

async function fieldOf(
  entry: v.GenericSchema,
  value?: string | number | boolean | string[],
): Promise<Field | undefined> {
  const { fields } = await askedBy(
    v.object({ it: entry, other: v.string() }),
    value === undefined ? undefined : { it: value },
  );
  return fields.find(({ name }) => name === "it");
}

const inputOf = async (entry: v.GenericSchema, value: string | number | boolean | string[]) => {
  const result = await read(v.object({ it: entry }), { it: value });
  return "input" in result ? result.input.it : toEnglish(result.ask.fields[0]?.error ?? "");
};

describe("a schema is a form", () => {
  it.each<[string, v.GenericSchema, object]>([
    ["a string is a line of text", v.string(), { type: "text", label: "it", required: false }],
    ["a string that must not be empty is required", v.pipe(v.string(), v.nonEmpty()), { required: true }],
    [
      "texts come from the schema",
      v.pipe(v.string(), v.title("Note"), v.description("Shown to all"), v.metadata({ placeholder: "Well done" })),
      { label: "Note", help: "Shown to all", placeholder: "Well done" },
    ],
    [
      "texts in several languages come from the metadata",
      v.pipe(
        v.string(),
        v.title("Hidden"),
        v.metadata({
          title: { en: "Note", fr: "Remarque" },
          help: { en: "Shown to all" },
          placeholder: { en: "Well done" },
        }),
      ),
      { label: "Note", help: "Shown to all", placeholder: "Well done" },
    ],
    [
      "labels may be in several languages",
      v.pipe(v.picklist(["png"]), v.metadata({ labels: { png: { en: "Pictures", fr: "Images" } } })),
      { options: [{ value: "png", label: "Pictures" }] },
    ],
    [
      "long text",
      v.pipe(v.string(), v.metadata({ type: "long-text" }), v.maxLength(500)),
      { type: "long-text", maxLength: 500 },
    ],
    ["a pattern", v.pipe(v.string(), v.regex(/^v\d+$/)), { type: "text", pattern: "v\\d+" }],
    ["a pattern for part of the text", v.pipe(v.string(), v.regex(/\d/)), { pattern: "[\\s\\S]*(?:\\d)[\\s\\S]*" }],
    ["a pattern with alternatives", v.pipe(v.string(), v.regex(/^a|b$/)), { pattern: "[\\s\\S]*(?:^a|b$)[\\s\\S]*" }],
    ["an escaped end", v.pipe(v.string(), v.regex(/^a\$/)), { pattern: "[\\s\\S]*(?:^a\\$)[\\s\\S]*" }],
    [
      "a number with its bounds",
      v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)),
      { type: "number", min: 1, max: 100, step: 1, required: true },
    ],
    ["a default is suggested, and makes a field optional", v.optional(v.number(), 50), { value: 50, required: false }],
    ["a boolean is a toggle", v.pipe(v.boolean(), v.title("Denoise")), { type: "toggle", required: false }],
    [
      "a picklist is one of several",
      v.pipe(v.picklist(["png", "exr"]), v.metadata({ labels: { png: "PNG" } })),
      {
        type: "one-of",
        required: true,
        options: [
          { value: "png", label: "PNG" },
          { value: "exr", label: "exr" },
        ],
      },
    ],
    [
      "a picklist with a default has no empty choice, so it is required",
      v.optional(v.picklist(["keep", "wip"]), "keep"),
      { type: "one-of", value: "keep", required: true },
    ],
    ["a picklist without a default may be left empty", v.optional(v.picklist(["keep", "wip"])), { required: false }],
    [
      "a task status has colors",
      v.pipe(v.picklist(["a"]), v.metadata({ type: "task-status", labels: { a: "Todo" }, colors: { a: "#f5f5f5" } })),
      { type: "task-status", options: [{ value: "a", label: "Todo", color: "#f5f5f5" }] },
    ],
    [
      "a person is chosen by name",
      v.pipe(v.picklist(["a"]), v.metadata({ type: "person", labels: { a: "Ada" } })),
      { type: "person" },
    ],
    [
      "a list is several of them",
      v.pipe(v.array(v.pipe(v.picklist(["x", "y"]), v.metadata({ labels: { x: "Ex" } }))), v.minLength(1)),
      {
        type: "several-of",
        required: true,
        options: [
          { value: "x", label: "Ex" },
          { value: "y", label: "y" },
        ],
      },
    ],
    ["a day", v.pipe(v.string(), v.isoDate(), v.minValue("2026-01-01")), { type: "date", min: "2026-01-01" }],
    [
      "a default made for this call is not remembered",
      v.optional(v.pipe(v.string(), v.metadata({ remember: false })), "101-148"),
      { value: "101-148", remember: false },
    ],
  ])("%s", async (_, entry, expected) => {
    expect(await fieldOf(entry)).toMatchObject(expected);
  });

  it("has the action's texts, and says whose form it is", async () => {
    expect(await askedBy(v.object({ it: v.string() }))).toMatchObject({
      kind: "ask",
      title: "Render",
      submit: "Send",
      form: "render",
    });
  });

  it("is not shown if it has no fields", async () => {
    expect(await read(v.object({}))).toMatchObject({ input: {} });
  });
});

describe("a submitted form", () => {
  it.each<[string, v.GenericSchema, string | number | boolean | string[], unknown]>([
    ["a number as a form sends it", v.number(), " 12 ", 12],
    ["a number with a comma", v.number(), "12,5", 12.5],
    ["a number in wide digits", v.number(), "１２．５", 12.5],
    ["a number as JSON has it", v.number(), 7, 7],
    ["a negative number", v.number(), "−5", -5],
    ["three unambiguous decimals", v.number(), "23.976", 23.976],
    ["a thousandth", v.number(), "0,125", 0.125],
    ["a blank optional number", v.optional(v.number()), " ", undefined],
    ["no number, with a default", v.optional(v.number(), 50), "", 50],
    ["no optional number", v.optional(v.number()), "", undefined],
    ["a checked box", v.boolean(), ["", "on"], true],
    ["an unchecked box", v.boolean(), "", false],
    ["a toggle of a dialog", v.boolean(), true, true],
    ["one of several", v.picklist(["a", "b"]), "b", "b"],
    ["several of them", v.array(v.picklist(["a", "b"])), ["", "a", "b"], ["a", "b"]],
    ["one of several boxes", v.array(v.picklist(["a", "b"])), "a", ["a"]],
    ["none of them", v.array(v.picklist(["a", "b"])), "", []],
    ["a text that was cleared", v.optional(v.string(), "proposed"), "", ""],
    ["an empty optional text", v.optional(v.pipe(v.string(), v.regex(/^v/))), "", undefined],
  ])("is read: %s", async (_, entry, value, expected) => {
    expect(await inputOf(entry, value)).toEqual(expected);
  });

  it.each<[string, v.GenericSchema, string | number, string]>([
    ["no number", v.number(), "twelve", "Must be a number, like 1000 or 1.5"],
    ["a thousand, or one", v.number(), "1,000", "Ambiguous: write it like 1000 or like 1.5"],
    ["one, or a thousand", v.number(), " 1.000 ", "Ambiguous: write it like 1000 or like 1.5"],
    ["thousands, or not", v.optional(v.number()), "-12,345", "Ambiguous: write it like 1000 or like 1.5"],
    ...[
      "1e3",
      "0x10",
      "0b1",
      "1_000",
      "1 000",
      "1,000,000",
      "1.000,5",
      "Infinity",
      "NaN",
      "5.",
      "--5",
      "12 frames",
      "9".repeat(400),
    ].map((text): [string, v.GenericSchema, string, string] => [
      text.slice(0, 20),
      v.number(),
      text,
      "Must be a number, like 1000 or 1.5",
    ]),
    ["a blank", v.number(), " ", "Must not be empty"],
    ["nothing", v.number(), "", "Must not be empty"],
    ["too little", v.pipe(v.number(), v.minValue(3)), "2", "Must be at least 3"],
    ["too much", v.pipe(v.number(), v.maxValue(3)), "4", "Must be at most 3"],
    ["a fraction of a frame", v.pipe(v.number(), v.integer()), "101.5", "Must be a whole number"],
    ["an empty text", v.pipe(v.string(), v.nonEmpty()), "", "Must not be empty"],
    ["a long text", v.pipe(v.string(), v.maxLength(3)), "abcd", "Must have at most 3 characters"],
    ["no choice", v.picklist(["a"]), "", "Choose one"],
    ["an unknown choice", v.picklist(["a"]), "z", "Is not one of the choices"],
    ["too few", v.pipe(v.array(v.picklist(["a"])), v.minLength(1)), "", "Choose at least 1"],
    ["an invalid day", v.pipe(v.string(), v.isoDate()), "yesterday", "Must be a day, like 2026-11-23"],
    [
      "the schema's own message",
      v.pipe(v.string(), v.regex(/^v\d+$/, "Must be a version, like v003")),
      "3",
      "Must be a version, like v003",
    ],
    [
      "the message that the schema names, with what is required",
      v.pipe(v.number(), v.minValue(1_200, "form.atLeast")),
      "3",
      "Must be at least 1200",
    ],
    ["the message that the schema names", v.pipe(v.string(), v.regex(/^v/, "form.noChoice")), "3", "Choose one"],
    [
      "an early day",
      v.pipe(v.string(), v.isoDate(), v.minValue("2026-11-23")),
      "2026-11-22",
      "Must be Nov 23, 2026 or later",
    ],
  ])("has an error at the invalid field: %s", async (_, entry, value, error) => {
    expect(await inputOf(entry, value)).toBe(error);
  });

  it("has its errors in the person's language", async () => {
    const result = await read(v.object({ it: v.number() }), { it: "1,000" });
    const error = ("ask" in result && result.ask.fields[0]?.error) || "";
    expect(localize(error, { ...ENGLISH, locale: "fr-FR" })).toBe("Ambiguous: write it like 1000 or like 1,5");
  });

  const RANGE = v.pipe(
    v.object({ first: v.number(), last: v.number() }),
    v.forward(
      v.partialCheck([["first"], ["last"]], ({ first, last }) => first <= last, "Must not be before the first frame"),
      ["last"],
    ),
  );

  it("needs no new answers on a retry if the new fields are optional", async () => {
    const [schema, retryOf] = [v.object({ frames: v.string(), blend: v.optional(v.string(), "") }), { id: "a", at: 1 }];
    expect(await read(schema, { frames: "1-2" })).toHaveProperty("ask");
    expect(await read(schema, { frames: "1-2" }, { retryOf })).toMatchObject({ input: { frames: "1-2", blend: "" } });
    expect(await read(v.object({ other: v.string() }), { frames: "1-2" }, { retryOf })).toHaveProperty("ask");
  });

  it("keeps its answers if one is invalid", async () => {
    const { fields } = await askedBy(RANGE, { first: "101", last: "x" });
    expect(fields).toMatchObject([
      { name: "first", value: "101" },
      { name: "last", value: "x", error: "Must be a number, like 1000 or 1.5" },
    ]);
    expect(fields[0]?.error).toBeUndefined();
  });

  it("is checked as a whole, too", async () => {
    const { fields } = await askedBy(RANGE, { first: "148", last: "101" });
    expect(fields[1]?.error).toBe("Must not be before the first frame");
    expect(await read(RANGE, { first: "101", last: "148" })).toMatchObject({ input: { first: 101, last: 148 } });
  });

  it("is shown again without errors when the person goes back", async () => {
    const { fields } = await askedBy(RANGE, { first: "148", last: "101" }, { isBack: true });
    expect(fields.map(({ value, error }) => [value, error])).toEqual([
      ["148", undefined],
      ["101", undefined],
    ]);
  });

  it("can add fields, which are shown without errors", async () => {
    const kind = v.picklist(["film", "still"]);
    const grow = (answers: Input): FormSchema =>
      answers.kind === "film" ? v.object({ kind, fps: v.number() }) : v.object({ kind });
    const first = await readInput(ACTION, grow, { input: undefined });
    expect("ask" in first && first.ask.fields.map(({ name }) => name)).toEqual(["kind"]);
    const second = await readInput(ACTION, grow, { input: { kind: "film" } });
    expect("ask" in second && second.ask.fields).toMatchObject([{ name: "kind", value: "film" }, { name: "fps" }]);
    expect("ask" in second && second.ask.fields[1]?.error).toBeUndefined();
    expect(await readInput(ACTION, grow, { input: { kind: "film", fps: "24" } })).toMatchObject({
      input: { kind: "film", fps: 24 },
    });
    expect(await readInput(ACTION, grow, { input: { kind: "still" } })).toMatchObject({ input: { kind: "still" } });
  });

  it("is rejected if it belongs to another action", async () => {
    await expect(read(RANGE, { first: "1", last: "2" }, { form: "comment" })).rejects.toMatchObject({
      code: "invalid-call",
      reply: { text: { values: { form: "comment" } } },
    });
  });
});
