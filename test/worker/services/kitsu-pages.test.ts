import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { entityPath, listPath, playlistPath, taskPath } from "../../../worker/services/kitsu-pages.ts";
import { Project, TaskType } from "../../../worker/services/zou-objects.ts";
import { findRoutes } from "../../support/worker/kitsu-routes.ts";
import { makeSelected } from "../../support/worker/selected.ts";

const KINDS = ["Asset", "Shot", "Sequence", "Edit", "Episode", "Concept"];
const PLACES = [
  ["a film", { project: { production_type: "short" } }],
  ["a TV show, within an episode", { project: { production_type: "tvshow" }, episode: { id: "e01", name: "E01" } }],
  ["a TV show, without an episode", { project: { production_type: "tvshow" } }],
] as const;

describe.each(PLACES)("in %s", (_, place) => {
  const below = place.project.production_type === "tvshow" ? "episode-" : "";
  it.each(KINDS)("links lead to existing pages of Kitsu: %s", (type) => {
    const selected = makeSelected({ ...place, entity: { type, name: "A" } });
    const { project, entity } = selected;
    if (project === undefined || entity === undefined) throw new Error("It has both");
    const kind = type.toLowerCase();
    const isOfShow = type === "Episode" || type === "Concept";
    expect(findRoutes(listPath(project, entity))).toEqual([`${isOfShow ? "" : below}${kind}s`]);
    expect(findRoutes(entityPath(entity, selected))).toEqual([
      type === "Concept" ? "concepts" : `${isOfShow ? "" : below}${kind}`,
    ]);
    expect(findRoutes(taskPath(selected))).toEqual([
      type === "Episode" ? "episode-episode-task" : type === "Concept" ? "task" : `${below}task`,
    ]);
  });

  it("links to tasks of deleted entities and of entities without pages", () => {
    for (const entity of [null, { type: "Scene" }]) {
      const path = taskPath(makeSelected({ ...place, entity }));
      expect(findRoutes(path)).toEqual([`${below}task`]);
      expect(path).toContain("/assets/tasks/");
    }
    const taskType = v.parse(TaskType, { id: "cut", name: "Cut", for_entity: "Edit" });
    expect(taskPath({ ...makeSelected({ ...place, entity: null }), taskType })).toContain("/edits/tasks/");
  });

  it("links to playlists", () => {
    const project = v.parse(Project, { id: "p", name: "P", ...place.project });
    for (const episode_id of ["e01", undefined]) {
      expect(findRoutes(playlistPath({ id: "one", project_id: "p", episode_id }, project))).toEqual([
        `${below}playlist`,
      ]);
    }
  });
});

it("recognizes a page that does not exist", () => {
  expect(findRoutes("/productions/p/episodes/e/episodes/e")).toEqual([]);
  expect(findRoutes("/productions/p/episodes/all/concepts")).toEqual([]);
});
