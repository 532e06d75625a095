import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { readFrames, readTaskFacts } from "../../../worker/launch/template-variables.ts";
import { PreviewFile } from "../../../worker/services/zou-objects.ts";
import { makeSelected } from "../../support/worker/selected.ts";

const SOURCES = {
  previews: new Map([["pf", v.parse(PreviewFile, { id: "pf", revision: 12, extension: "mp4" })]]),
  entityTypes: new Map([["chr", { name: "Characters" }]]),
  person: { id: "ada", name: "Ada Roy", email: "ada@studio.tld" },
  zouPerson: { desktop_login: "aroy" },
};

describe("the frames of a shot", () => {
  it.each([
    [
      { data: { frame_in: 101, frame_out: 148 }, nb_frames: 20 },
      { first: 101, last: 148 },
    ],
    [
      { data: { frame_in: "101", frame_out: " 148 " }, nb_frames: undefined },
      { first: 101, last: 148 },
    ],
    [
      { data: { frame_in: 0, frame_out: 0 }, nb_frames: 5 },
      { first: 0, last: 0 },
    ],
    [
      { data: { frame_in: "", frame_out: 148 }, nb_frames: 48 },
      { first: 1, last: 48 },
    ],
    [
      { data: { frame_in: "1o1", frame_out: "148" }, nb_frames: 48 },
      { first: 1, last: 48 },
    ],
    [
      { data: { frame_in: 148, frame_out: 101 }, nb_frames: 48 },
      { first: 1, last: 48 },
    ],
    [{ data: { frame_in: null, frame_out: null }, nb_frames: undefined }, undefined],
    [{ data: {}, nb_frames: 0 }, undefined],
  ])("are the entity's range, else counted from 1, else unknown: %j", (entity, frames) => {
    expect(readFrames(entity)).toEqual(frames);
  });
});

describe("the variables of a task", () => {
  it("describe a shot and the person", () => {
    const one = makeSelected({
      task: { last_preview_file_id: "pf" },
      entity: {
        name: "SH010",
        data: { fps: "23.976", frame_in: 1, frame_out: 2, take: "B", nested: { a: 1 } },
        parent_id: "sq",
      },
      parent: { type: "Sequence", name: "SQ01" },
      episode: { name: "E01" },
      project: { name: "Demo", code: "dm" },
    });
    expect(readTaskFacts(one, SOURCES)).toMatchObject({
      frames: { first: 1, last: 2 },
      fps: 23.976,
      entityType: "Shot",
      taskType: "Animation",
    });
    expect(readTaskFacts(one, SOURCES).values).toMatchObject({
      project: "Demo",
      "project.code": "dm",
      episode: "E01",
      sequence: "SQ01",
      entity: "SH010",
      "entity.type": "Shot",
      "entity.data.take": "B",
      asset_type: undefined,
      task: "Animation",
      revision: 12,
      frame_in: 1,
      "person.email": "ada@studio.tld",
      "person.desktop_login": "aroy",
    });
    expect(readTaskFacts(one, SOURCES).values).not.toHaveProperty("entity.data.nested");
  });

  it("have the type of an asset, and nothing about a deleted entity", () => {
    const asset = makeSelected({ entity: { type: "Asset", name: "Fox", entity_type_id: "chr" } });
    expect(readTaskFacts(asset, SOURCES)).toMatchObject({
      values: { asset_type: "Characters", sequence: undefined },
      fps: 25,
    });
    const deleted = makeSelected({ entity: null });
    expect(readTaskFacts(deleted, SOURCES)).toMatchObject({
      entityType: "",
      frames: undefined,
      values: { entity: undefined },
    });
  });
});
