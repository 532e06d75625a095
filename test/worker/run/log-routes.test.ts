// What the log says about its filters, and the complete record of a run.
import { describe, expect, it } from "vitest";
import { debug } from "../../../worker/actions/debug.ts";
import { message } from "../../../worker/format/message.ts";
import { replaceRun } from "../../support/worker/replace-run.ts";
import { RUN } from "../../support/worker/runs.ts";
import { AJAX_FIELDS, ajax, ask, READER, readFailed } from "../../support/worker/worker.ts";

describe("a filter of the log", () => {
  it.each([
    ["action", "x".repeat(81), "The filter action must have at most 80 characters."],
    ["state", "broken", "must be done, partial, unconfirmed, failed, asked, started or undone."],
    ["day", "yesterday", "The filter day must be a day like 2026-11-23."],
    ["limit", "many", "The filter limit must be a whole number."],
    ["limit", "0", "The filter limit must be at least 1."],
    ["limit", "1001", "The filter limit must be at most 1,000."],
  ])("is refused with a reason: %s=%s", async (field, value, text) => {
    const response = await ask(`/runs.json?${field}=${value}`, { headers: READER });
    expect(response.status).toBe(400);
    expect(await readFailed(response)).toMatchObject({
      code: "invalid-filter",
      field,
      text: expect.stringContaining(text),
    });
  });

  it("may be empty, as forms send it, or have only spaces", async () => {
    const response = await ask("/runs.json?action=&person=+&project=%09&title=%E3%80%80&state=&day=&cursor=", {
      headers: READER,
    });
    expect(await response.json()).toEqual({ runs: [] });
  });
});

describe("the complete record of a run", () => {
  it("is in the reader's language, but has the call as it came", async () => {
    const title = { en: "Rendered", fr: "Rendu terminé" };
    const text = message("longRun.noUpdateSince", { since: Date.parse("2025-11-23T22:30:00Z") });
    replaceRun(debug).mockResolvedValue({ kind: "done", severity: "success", title, text });
    // A parameter may have the same name as a member of a text.
    await ask(`/actions/debug?run=${RUN}&key=a&en=b`, ajax({ ...AJAX_FIELDS, colour: "red" }));
    const read = async (query: string) =>
      (await ask(`/runs/${RUN}?as=json${query}`, { headers: READER })).json<{ reply: object; call: object }>();
    const french = await read("&lang=fr&tz=America/Vancouver");
    expect(french.reply).toMatchObject({ title: "Rendu terminé", text: expect.stringContaining("14:30") });
    const english = await read("&lang=en&tz=Europe/Paris");
    expect(english.reply).toMatchObject({ title: "Rendered", text: expect.stringContaining("23:30") });
    expect(english.call).toMatchObject({
      params: { key: "a", en: "b" },
      ignored: [{ name: "colour", value: "red", reason: "Kitsu has no such field" }],
    });
  });
});
