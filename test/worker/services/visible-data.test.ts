import * as v from "valibot";
import { describe, expect, it } from "vitest";
import type { SelectedTask } from "../../../worker/services/selection.ts";
import {
  isShown,
  showTask,
  viewEntityAsClient,
  viewPreviewAsClient,
  viewTaskAsClient,
} from "../../../worker/services/visible-data.ts";
import { Entity, PreviewFile, Project, Task } from "../../../worker/services/zou-objects.ts";

const column = (field_name: string, rest: object = {}) => ({
  name: field_name,
  field_name,
  entity_type: "Shot",
  departments: [],
  ...rest,
});
const project = v.parse(Project, {
  id: "p",
  name: "Film",
  descriptors: [
    column("for_all"),
    column("for_client", { for_client: true }),
    column("for_anim", { departments: ["anim"] }),
    column("for_light", { departments: ["light", "comp"] }),
    column("of_assets", { entity_type: "Asset", for_client: true }),
    column("of_sequences", { entity_type: "Sequence", for_client: true }),
    column("of_layout", { entity_type: "Task", task_type_id: "layout", for_client: true }),
    column("of_others", { entity_type: "Task", task_type_id: "others", for_client: true }),
    column("of_anim", { entity_type: "Task", task_type_id: "layout", departments: ["anim"] }),
  ],
});
const entity = v.parse(Entity, {
  id: "e",
  type: "Shot",
  name: "SH010",
  project_id: "p",
  entity_type_id: "t",
  created_by: "somebody",
  data: {
    for_all: 1,
    for_client: 2,
    for_anim: 3,
    for_light: 4,
    of_assets: 5,
    without_a_column: 6,
    frame_in: 101,
    fps: "25",
  },
});
const parent = { ...entity, id: "s", type: "Sequence", data: { of_sequences: 1, for_client: 2 } };
const task = v.parse(Task, {
  id: "t",
  project_id: "p",
  entity_id: "e",
  task_type_id: "layout",
  task_status_id: "s",
  assigner_id: "somebody",
  data: { of_layout: 1, of_others: 2, of_anim: 3, without_a_column: 4 },
});
const one: SelectedTask = {
  task,
  entity,
  parent,
  episode: undefined,
  assetType: undefined,
  name: "SH010",
  label: "SH010",
  entityLabel: "SH010",
  project,
  taskType: undefined,
  taskStatus: undefined,
};

const keysOf = (data: object | undefined) => Object.keys(data ?? {});
const seen = (role: Parameters<typeof showTask>[1]["role"], departments: string[] = []) => {
  const shown = showTask(one, { role, departments });
  return [keysOf(shown.entity?.data), keysOf(shown.task.data), keysOf(shown.parent?.data)];
};

describe("the studio's columns", () => {
  it.each(["admin", "manager", "supervisor", "user"] as const)("are all visible to the role %s", (role) => {
    expect(showTask(one, { role, departments: [] })).toBe(one);
  });

  it("are visible to clients if they are marked for clients, on their kind of entity and task type", () => {
    expect(seen("client", ["anim"])).toEqual([["for_client", "frame_in", "fps"], ["of_layout"], ["of_sequences"]]);
  });

  it("are visible to vendors if they belong to their departments or to none", () => {
    expect(seen("vendor", ["anim"])).toEqual([
      ["for_all", "for_client", "for_anim", "frame_in", "fps"],
      ["of_layout", "of_anim"],
      ["of_sequences"],
    ]);
    expect(seen("vendor", ["comp"])[0]).toEqual(["for_all", "for_client", "for_light", "frame_in", "fps"]);
    expect(seen("vendor")[0]).toEqual(["for_all", "for_client", "frame_in", "fps"]);
  });

  it("are hidden from people outside the team, and in an unknown project", () => {
    expect(seen(undefined, ["anim"])[0]).toEqual(["for_client", "frame_in", "fps"]);
    const shown = showTask({ ...one, project: undefined }, { role: "vendor", departments: ["anim"] });
    expect(keysOf(shown.entity?.data)).toEqual(["frame_in", "fps"]);
  });
});

describe("the data for clients", () => {
  it("is a list of members, so that it excludes members of a later Zou", () => {
    const later = { of_a_later_zou: 1 };
    expect(keysOf(viewTaskAsClient({ ...task, ...later }))).not.toContain("of_a_later_zou");
    expect(keysOf(viewTaskAsClient(task))).toEqual(
      expect.not.arrayContaining(["assigner_id", "assignees", "due_date", "retake_count"]),
    );
    expect(keysOf(viewEntityAsClient({ ...entity, ...later }))).toEqual(
      expect.not.arrayContaining(["of_a_later_zou", "created_by"]),
    );
    const preview = v.parse(PreviewFile, { id: "f", revision: 2, validation_status: "neutral", ...later });
    expect(keysOf(viewPreviewAsClient(preview))).toEqual(["id", "revision"]);
  });

  it("excludes rejected previews", () => {
    const rejected = v.parse(PreviewFile, { id: "f", validation_status: "rejected" });
    expect([isShown(rejected, "client"), isShown(rejected, undefined)]).toEqual([false, false]);
    for (const role of ["admin", "manager", "supervisor", "user", "vendor"] as const)
      expect(isShown(rejected, role)).toBe(true);
    expect(isShown({ ...rejected, validation_status: "validated" }, "client")).toBe(true);
  });
});
