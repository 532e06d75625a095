import { describe, expect, it } from "vitest";
import { describeSelection } from "../../../worker/action/confirmation.ts";
import { toEnglish } from "../../../worker/format/localize.ts";
import type { SelectedTask, Selection } from "../../../worker/services/selection.ts";
import { formatFullName, labelTasks } from "../../../worker/services/task-label.ts";
import { makeSelected } from "../../support/worker/selected.ts";

type Made = {
  type: string;
  name: string;
  project?: string;
  episode?: string;
  parent?: string;
  assetType?: string;
  task?: object;
};

let entities = 0;
function make({ type, name, project = "Fox", episode, parent, assetType, task }: Made): SelectedTask {
  entities += 1;
  const made = makeSelected({
    task: { project_id: project, entity_id: `entity-${entities}`, ...task },
    entity: { type, name },
    project: { name: project },
    ...(parent !== undefined && { parent: { type: "Sequence", name: parent } }),
    ...(episode !== undefined && { episode: { id: `${project}/${episode}`, name: episode } }),
  });
  return { ...made, assetType };
}

const shot = (episode: string | undefined, parent: string, name: string, project = "Fox") =>
  make({ type: "Shot", name, parent, project, ...(episode !== undefined && { episode }) });
const labelsOf = (...tasks: SelectedTask[]) => labelTasks(tasks).map(({ label }) => label);

describe("the label of a task", () => {
  it("has each kind of entity as in Kitsu's lists, and the task type", () => {
    expect(
      labelsOf(
        shot(undefined, "SQ01", "SH010"),
        make({ type: "Asset", name: "Mira", assetType: "Characters" }),
        make({ type: "Sequence", name: "SQ01" }),
        make({ type: "Edit", name: "Edit A" }),
        make({ type: "Concept", name: "Harbor" }),
      ),
    ).toEqual([
      "SQ01 / SH010 / Animation",
      "Characters / Mira / Animation",
      "SQ01 / Animation",
      "Edit A / Animation",
      "Concept / Harbor / Animation",
    ]);
  });

  it("has the episode if there are several, because their shots can have the same names", () => {
    expect(labelsOf(shot("E01", "SQ01", "SH010"), shot("E01", "SQ01", "SH020"))).toEqual([
      "SQ01 / SH010 / Animation",
      "SQ01 / SH020 / Animation",
    ]);
    expect(labelsOf(shot("E01", "SQ01", "SH010"), shot("E02", "SQ01", "SH010"))).toEqual([
      "E01 / SQ01 / SH010 / Animation",
      "E02 / SQ01 / SH010 / Animation",
    ]);
  });

  it("names an episode once", () => {
    const [first, second] = ["E01", "E02"].map((name) => make({ type: "Episode", name, episode: name }));
    if (first === undefined || second === undefined) throw new Error("There are two");
    expect(labelsOf(first, second)).toEqual(["E01 / Animation", "E02 / Animation"]);
    expect(formatFullName(first)).toBe("Fox / E01");
  });

  it("has the project if there are several", () => {
    const edits = ["Fox", "Night"].map((project) => make({ type: "Edit", name: "Edit A", project }));
    expect(labelsOf(...edits)).toEqual(["Fox / Edit A / Animation", "Night / Edit A / Animation"]);
  });

  it("distinguishes two tasks of one type, and deleted entities, without a name, by id", () => {
    const one = shot(undefined, "SQ01", "SH010");
    const gone = ["entity-a", "entity-b"].map((entity_id) => ({
      ...makeSelected({ task: { entity_id, project_id: "Fox" }, entity: null }),
    }));
    const more = { ...one, task: { ...one.task, id: "second", name: "second" } };
    expect(labelsOf({ ...one, task: { ...one.task, name: "main" } }, more, ...gone)).toEqual([
      "SQ01 / SH010 / Animation",
      "SQ01 / SH010 / Animation (second)",
      "– / Animation (entity-a)",
      "– / Animation (entity-b)",
    ]);
  });

  it("comes with a name that does not depend on the selection", () => {
    const [one] = labelTasks([shot("E01", "SQ01", "SH010"), shot("E02", "SQ01", "SH010", "Night")]);
    expect(one).toMatchObject({
      label: "Fox / E01 / SQ01 / SH010 / Animation",
      name: "SQ01 / SH010 / Animation",
      entityLabel: "Fox / E01 / SQ01 / SH010",
    });
  });
});

describe("the description of a selection", () => {
  const describeInEnglish = (selection: Selection) => toEnglish(describeSelection(selection) ?? "");

  it("counts entities, not their names", () => {
    const shots = ["E01", "E02", "E03", "E04", "E05"].map((episode) => shot(episode, "SQ01", "SH010"));
    expect(describeInEnglish({ tasks: labelTasks(shots), missing: [], projectIds: ["Fox"] })).toBe(
      "5 tasks of E01 / SQ01 / SH010, E02 / SQ01 / SH010, E03 / SQ01 / SH010 and 2 more, in Fox.",
    );
  });

  it("counts two tasks of one entity as one entity, and names the projects", () => {
    const one = shot(undefined, "SQ01", "SH010");
    const tasks = labelTasks([
      one,
      { ...one, task: { ...one.task, id: "second" } },
      make({ type: "Edit", name: "Edit A", project: "Night" }),
    ]);
    expect(describeInEnglish({ tasks, missing: ["gone"], projectIds: ["Fox", "Night"] })).toBe(
      "3 tasks of Fox / SQ01 / SH010 and Night / Edit A, in Fox and Night. 1 is left out: deleted or not visible to you.",
    );
  });
});
