import { describe, expect, it } from "vitest";
import { type Ask, FIELD_TYPES, type Field } from "../../../contract.ts";
import { ENGLISH } from "../../../worker/format/reader.ts";
import { renderAsk } from "../../../worker/pages/ask-page.ts";
import { html } from "../../../worker/pages/html.ts";
import { parseCall } from "../../../worker/request/call.ts";
import { FORM_FIELDS } from "../../support/worker/worker.ts";

const CALL = parseCall([], Object.entries(FORM_FIELDS));
const ASK: Ask = { kind: "ask", title: "Render", fields: [], submit: "Send", form: "render" };
const NASTY = `"><script>alert(1)</script>`;

const draw = (ask: Partial<Ask>, input?: Record<string, string>) =>
  html`${renderAsk({ ...ASK, ...ask }, { ...CALL, input }, "/actions/render?run=1", "https://kitsu.studio.tld/shots")}`.write(
    ENGLISH,
  );
const drawField = (field: Partial<Field>) => draw({ fields: [{ name: "it", label: "It", type: "text", ...field }] });

const OPTIONS = [
  { value: "a", label: "Ah" },
  { value: "b", label: "Be" },
];

describe("a question as a page", () => {
  it.each<[string, Partial<Field>, string[]]>([
    [
      "a line of text",
      { placeholder: "v001", maxLength: 9 },
      ['type="text"', 'placeholder="v001"', 'maxlength="9"', 'name="input.it"'],
    ],
    [
      "a long text, keeping an empty first line",
      { type: "long-text", value: "\nb" },
      ["<textarea", ">\n\nb</textarea>"],
    ],
    ["a number, as typed", { type: "number", value: "twelve" }, ['inputmode="decimal"', 'value="twelve"']],
    ["a day", { type: "date", value: "2026-11-23", min: "2026-01-01" }, ['type="date"', 'min="2026-01-01"']],
    [
      "a toggle, which also sends a value when it is off",
      { type: "toggle", value: true },
      ['type="hidden" name="input.it" value=""', "checked"],
    ],
    [
      "one of several choices",
      { type: "one-of", options: OPTIONS, value: "b" },
      ['<option value="b" selected>Be</option>'],
    ],
    ["a required choice", { type: "person", options: OPTIONS }, ['<option value="">Choose…</option>']],
    ["a task status", { type: "task-status", options: OPTIONS, value: "a" }, ["<select", 'value="a" selected']],
    [
      "several choices",
      { type: "several-of", options: OPTIONS, value: ["b"] },
      ["<fieldset", 'value="b" checked', 'value="a">'],
    ],
    ["hidden values", { type: "hidden", value: ["x", "y"] }, ['type="hidden" name="input.it" value="x"', 'value="y"']],
    ["an unknown type, as text", { type: "colour-wheel", value: "#fff" }, ['type="text" value="#fff"']],
    ["a required field", { required: true }, ['aria-required="true"', '<span class="required"']],
  ])("draws %s", (_, field, parts) => {
    const drawn = drawField(field);
    for (const part of parts) expect(drawn).toContain(part);
  });

  it("shows each error at its field, and focuses the first", () => {
    const drawn = draw({
      fields: [
        { name: "good", label: "Good", type: "text", value: "1" },
        { name: "bad", label: "Bad", type: "text", value: "x", help: "A number", error: "Must be a number" },
      ],
    });
    expect(drawn).toContain('aria-describedby="help-bad error-bad" aria-invalid="true" autofocus');
    expect(drawn).toContain('<p class="error" id="error-bad">Must be a number</p>');
    expect(drawn.match(/autofocus/g)).toHaveLength(1);
  });

  it("says which tasks it is for, until there is a plan that lists them", () => {
    const names = ["SH010", "SH020"];
    expect(draw({ tasks: { count: 2, names } })).toContain('For 2 tasks: <span dir="auto">SH010 and SH020</span>');
    expect(draw({ tasks: { count: 2, names: [] } })).toContain("For 2 tasks</p>");
    expect(draw({ tasks: { count: 1, names: [NASTY] } })).not.toContain("<script>");
    const outcomes = [{ id: "1", label: "SH010", state: "planned" as const }];
    expect(draw({ tasks: { count: 2, names }, outcomes })).not.toContain("For 2 tasks");
  });

  it("contains the whole call, the answers so far, and a way to cancel", () => {
    const drawn = draw(
      { plan: "abc", fields: [{ name: "it", label: "It", type: "hidden", value: "1" }] },
      { it: "1", other: "2" },
    );
    for (const [name, value] of Object.entries(FORM_FIELDS)) expect(drawn).toContain(`name="${name}" value="${value}"`);
    expect(drawn).toContain('name="plan" value="abc"');
    expect(drawn).toContain('name="form" value="render"');
    expect(drawn).toContain('name="input.other" value="2"');
    expect(drawn.match(/name="input.it"/g)).toHaveLength(1);
    expect(drawn).toContain('name="back"');
    expect(drawn).toContain('href="https://kitsu.studio.tld/shots">Cancel');
  });

  it.each([
    [8, false, true],
    [9, false, false],
    [300, true, true],
  ])("shows what would happen to %d tasks, dangerous: %s, open: %s", (count, dangerous, isOpen) => {
    const outcomes = Array.from({ length: count }, (_, at) => ({
      id: `${at}`,
      label: `SH${at}`,
      state: "planned" as const,
    }));
    expect(draw({ dangerous, outcomes }).includes('<details class="fold" open>')).toBe(isOpen);
  });

  it("offers remembered answers only before the first submission", () => {
    expect(draw({})).toContain("data-fresh");
    expect(draw({}, {})).not.toContain("data-fresh");
    expect(drawField({ remember: false })).toContain("data-forget");
  });

  it("escapes all text", () => {
    const drawn = draw({
      title: NASTY,
      text: NASTY,
      problem: NASTY,
      submit: NASTY,
      form: NASTY,
      plan: NASTY,
      outcomes: [{ id: "1", label: NASTY, state: "planned", reason: NASTY }],
      fields: FIELD_TYPES.map((type) => ({
        name: NASTY,
        label: NASTY,
        type,
        value: NASTY,
        help: NASTY,
        error: NASTY,
        placeholder: NASTY,
        min: NASTY,
        options: [{ value: NASTY, label: NASTY }],
      })),
    });
    expect(drawn).not.toContain("<script>");
    expect(drawn).toContain("&lt;script&gt;");
  });
});
