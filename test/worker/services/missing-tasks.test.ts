import { expect, it } from "vitest";
import { toEnglish } from "../../../worker/format/localize.ts";
import { message } from "../../../worker/format/message.ts";
import type { Reply } from "../../../worker/format/reply.ts";
import { DELETED_OR_HIDDEN, reportMissing } from "../../../worker/services/missing-tasks.ts";

const DONE: Reply = { kind: "done", severity: "success", title: "Done" };

it("missing tasks are counted in a paragraph after the reply's own text, and listed", () => {
  const reply = reportMissing({ ...DONE, text: message("kitsu.playlistBuilt", { name: "Dailies" }) }, ["a", "b"]);
  expect(toEnglish(reply.text ?? "")).toBe(
    "“Dailies” was built into a movie.\n\n2 tasks were left out: deleted or not visible to you.",
  );
  expect(reply).toMatchObject({
    severity: "warning",
    outcomes: ["a", "b"].map((id) => ({ id, label: id, state: "skipped", reason: DELETED_OR_HIDDEN })),
  });
  expect(toEnglish(reportMissing(DONE, ["a"]).text ?? "")).toBe("1 task was left out: deleted or not visible to you.");
});
