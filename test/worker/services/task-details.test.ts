import { expect, it } from "vitest";
import { toEnglish } from "../../../worker/format/localize.ts";
import { type Message, message } from "../../../worker/format/message.ts";
import { listEntityDetails, listTaskDetails, type TaskDetail } from "../../../worker/services/task-details.ts";
import { makeSelected } from "../../support/worker/selected.ts";

const SOURCES = {
  kitsuUrl: "https://kitsu.studio.tld",
  persons: new Map(),
  previews: new Map([["preview", { id: "preview", width: 1920 }]]),
  isForClient: false,
};
const inEnglish = (details: readonly TaskDetail[]) => details.map((detail) => detail.map(toEnglish));
const typed = (type: string): Message => message("tasks.valueType", { type });

it("names of fields are the same in every language, and words about them are in the reader's", () => {
  const selected = makeSelected({ task: { due_date: "2020-01-01T00:00:00", retake_count: 2 } });
  const details = listTaskDetails(selected, SOURCES);
  const at = Date.UTC(2020, 0, 1);
  expect(details).toEqual(
    expect.arrayContaining([
      [message("tasks.taskType"), "Animation", typed("name")],
      [message("tasks.assignees"), message("tasks.nobody"), typed("names")],
      ["due_date", message("tasks.datetime", { time: "2020-01-01 00:00:00", at }), typed("datetime")],
      ["retake_count", "2", typed("number")],
    ]),
  );
  expect(inEnglish(details)).toContainEqual([
    "due_date",
    expect.stringMatching(/^2020-01-01 00:00:00 UTC, [\d,]+ days ago$/),
    "datetime",
  ]);
});

it("says of what a field or its lack is", () => {
  const selected = makeSelected({
    task: { last_preview_file_id: "preview" },
    parent: { type: "Sequence", name: "SQ01" },
    entity: { description: "" },
  });
  const rows = inEnglish([...listEntityDetails(selected, SOURCES), ...listTaskDetails(selected, SOURCES)]);
  expect(rows).toContainEqual(["last preview.width", "1920", "number"]);
  expect(rows).toContainEqual(["parent", "SQ01 (Sequence)", "name"]);
  expect(rows.map(([name]) => name)).toEqual(expect.arrayContaining(["without a value", "entity without a value"]));
});

it("a deleted entity has no other details", () => {
  expect(inEnglish(listEntityDetails(makeSelected({ entity: null }), SOURCES))).toEqual([
    ["entity", "deleted", "nothing"],
  ]);
});
