// The custom actions in Kitsu against what the worker offers, as npm run register would set them.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LAUNCHERS } from "../../../playground/launchers.ts";
import { setStudioActions } from "../../../worker/actions/index.ts";
import { defineAction } from "../../../worker/index.ts";
import { addCustomAction, diagnose, isFault, openSurroundings } from "../../support/worker/doctor.ts";
import { EDGE, KITSU } from "../../support/worker/worker.ts";

type Entry = { name: string; url: string; is_ajax?: boolean; entity_type?: string };

beforeAll(() =>
  setStudioActions([
    defineAction({
      id: "publish",
      title: "Publish",
      about: "Publishes.",
      modes: ["form", "ajax"],
      entityTypes: ["shot"],
      run: async () => ({ kind: "done", severity: "success", title: "Published" }),
    }),
  ]),
);
afterAll(() => setStudioActions([]));

const publish = (rest: Partial<Entry> = {}): Entry => ({
  ...{ name: "Publish", url: `${EDGE}/actions/publish?`, entity_type: "shot" },
  ...rest,
});

/** What is found about custom actions with these in Kitsu, without what is fine. */
async function find(entries: readonly Entry[], settings: Record<string, unknown> = {}) {
  const { zou } = openSurroundings();
  zou.customActions.clear();
  for (const [at, entry] of entries.entries()) addCustomAction(zou, at, entry);
  const all = await diagnose({ LAUNCHERS, ...settings });
  return all.filter(
    ({ group, level, id }) => group === "actions" && level !== "fine" && id !== "custom-actions-unregistered",
  );
}

describe("custom actions as npm run register sets them", () => {
  it.each<[string, Entry[]]>([
    ["both ways", [publish(), publish({ name: "Publish (on this page)", is_ajax: true })]],
    ["with the suffix of a staging", [publish({ name: "Publish (staging)" })]],
    [
      "added by hand, with a name of the studio's own",
      [publish({ name: "Veröffentlichen", url: `${EDGE}/actions/publish` })],
    ],
    [
      "with a parameter, and a name and type of the studio's own",
      [
        publish({ name: "Debug 4K", url: `${EDGE}/actions/debug?preset=4k`, entity_type: "asset" }),
        publish({ name: "Debug 8K", url: `${EDGE}/actions/debug?preset=8k`, entity_type: "asset" }),
      ],
    ],
    [
      "with a program that there is",
      [{ name: "RV", url: `${EDGE}/actions/launch?with=${LAUNCHERS.launchers[0]?.id}` }],
    ],
    ["in a language of its own", [{ name: "RV", url: `${EDGE}/actions/statistics?lang=fr&as=supervisor` }]],
  ])("%s, are fine", async (_, entries) => {
    expect(await find(entries)).toEqual([]);
  });

  it.each<[string, Entry[], object]>([
    [
      "for the wrong entity type",
      [publish({ url: `${EDGE}/actions/publish`, entity_type: "asset" })],
      {
        id: "custom-action-entity-type",
        level: "broken",
        text: 'Kitsu offers it for "asset", but it runs only for shot.',
      },
    ],
    [
      "for all entity types",
      [publish({ entity_type: "all" })],
      {
        id: "custom-action-differs",
        level: "worth-knowing",
        text: expect.stringContaining("entity type “all” → “shot”"),
      },
    ],
    [
      "with another name",
      [publish({ name: "Release" })],
      {
        id: "custom-action-differs",
        level: "worth-knowing",
        text: expect.stringContaining("name “Release” → “Publish”"),
      },
    ],
    [
      "twice in the same way",
      [publish(), publish({ name: "Publish 2", url: `${EDGE}/actions/publish` })],
      { id: "custom-action-twice", level: "worth-knowing", subject: "“Publish 2”" },
    ],
    [
      "with a program that there isn't",
      [{ name: "RV", url: `${EDGE}/actions/launch?with=rw` }],
      {
        id: "custom-action-parameter",
        level: "broken",
        text: expect.stringContaining("rw"),
        fix: expect.stringContaining("rv"),
      },
    ],
    [
      "with a misspelled parameter",
      [{ name: "RV", url: `${EDGE}/actions/launch?wth=rv` }],
      { id: "custom-action-parameter", level: "risky", text: expect.stringContaining("mean with?") },
    ],
    [
      "with an invalid parameter",
      [{ name: "Film", url: `${EDGE}/actions/statistics?project=film` }],
      { id: "custom-action-parameter", level: "broken", text: expect.stringContaining("project") },
    ],
    [
      "with somebody's id",
      [{ name: "Ada", url: `${EDGE}/actions/debug?personid=1` }],
      { id: "custom-action-parameter", level: "broken", text: expect.stringContaining('"personid"') },
    ],
    [
      "with a run's id",
      [{ name: "Again", url: `${EDGE}/actions/debug?run=5f0c` }],
      { id: "custom-action-parameter", level: "broken", text: expect.stringContaining('"run"') },
    ],
  ])("%s, are named", async (_, entries, expected) => {
    expect(await find(entries)).toEqual([expect.objectContaining(expected)]);
  });
});

describe("custom actions of another address", () => {
  it("are named, with the number", async () => {
    const entries = ["debug", "comment"].map((id) => ({ name: id, url: `https://old.studio.tld/actions/${id}?` }));
    const findings = await find(entries);
    expect(findings).toContainEqual(
      expect.objectContaining({ id: "custom-actions-elsewhere", subject: "https://old.studio.tld" }),
    );
    expect(findings.filter(isFault)).toEqual([
      expect.objectContaining({ id: "custom-actions-missing", text: expect.stringContaining(EDGE) }),
    ]);
  });

  it("are not taken for this worker's, below another path of Kitsu's host", async () => {
    const { zou } = openSurroundings();
    zou.customActions.clear();
    addCustomAction(zou, 0, { name: "Debug", url: "/edge/actions/debug?" });
    addCustomAction(zou, 1, { name: "Debug (staging)", url: `${KITSU}/staging/actions/debug?` });
    addCustomAction(zou, 2, { name: "Tool", url: `${KITSU}/tools/actions/run` });
    const findings = await diagnose({ BASE_PATH: "/edge" }, { path: `${KITSU}/edge/doctor.json` });
    expect(findings.filter((one) => one.group === "actions" && isFault(one))).toEqual([]);
  });
});
