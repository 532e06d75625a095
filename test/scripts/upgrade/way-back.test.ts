// What somebody writes into wrangler.toml to go back behind a migration, and to upgrade again.

import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { Migration, migrateClasses } from "../../../scripts/cli/serve/migrations.ts";
import { planWayBack } from "../../../scripts/upgrade/way-back.ts";

const v1 = { tag: "v1", new_sqlite_classes: ["Conversation", "Locks"] };
const v2 = { tag: "v2", renamed_classes: [{ from: "Conversation", to: "RunCoordinator" }] };
const v3 = { tag: "v3", new_sqlite_classes: ["ActionUse"] };

const tail = (then: object[], now: object[]) => {
  const { back, again } = planWayBack(then, now);
  return [back.at(-1), again.at(-1)];
};

describe("the way back", () => {
  it("deletes a class that was added since, and the way forth adds it", () => {
    expect(tail([v1, v2], [v1, v2, v3])).toEqual([
      { tag: "back", deleted_classes: ["ActionUse"] },
      { tag: "again", new_sqlite_classes: ["ActionUse"] },
    ]);
  });

  it("gives classes their old names, too, and the way forth the new ones", () => {
    expect(tail([v1], [v1, v2, v3])).toEqual([
      {
        tag: "back",
        renamed_classes: [{ from: "RunCoordinator", to: "Conversation" }],
        deleted_classes: ["ActionUse"],
      },
      {
        tag: "again",
        renamed_classes: [{ from: "Conversation", to: "RunCoordinator" }],
        new_sqlite_classes: ["ActionUse"],
      },
    ]);
  });

  it("knows a class by its newest name", () => {
    const v4 = {
      tag: "v4",
      renamed_classes: [
        { from: "ActionUse", to: "Use" },
        { from: "RunCoordinator", to: "Run" },
      ],
    };
    expect(tail([v1], [v1, v2, v3, v4])[0]).toEqual({
      tag: "back",
      renamed_classes: [{ from: "Run", to: "Conversation" }],
      deleted_classes: ["Use"],
    });
  });

  it("deletes all classes for a version that had none", () => {
    expect(tail([], [v1, v2, v3])[0]).toEqual({
      tag: "back",
      deleted_classes: ["Locks", "RunCoordinator", "ActionUse"],
    });
  });

  it("needs nothing without a migration since", () => {
    expect(planWayBack([v1, v2], [v1, v2])).toMatchObject({
      back: [{ tag: "v1" }, { tag: "v2" }],
      again: { length: 2 },
    });
  });

  it("leads to the classes of then and of now", () => {
    const migrations = (list: object[]) => v.parse(v.array(Migration), list);
    const { back, again } = planWayBack([v1], [v1, v2, v3]);
    const upgraded = migrateClasses(
      migrateClasses({ migrations: [], classes: {} }, migrations([v1])),
      migrations([v1, v2, v3]),
    );
    const older = migrateClasses(upgraded, migrations(back));
    expect(older.classes).toEqual({ Conversation: "Conversation", Locks: "Locks" });
    expect(migrateClasses(older, migrations(again)).classes).toEqual(upgraded.classes);
  });
});
