// Which runs a reader finds by what they type.
import { describe, expect, it } from "vitest";
import { message } from "../../../worker/format/message.ts";
import { ENGLISH } from "../../../worker/format/reader.ts";
import { makeTest, type RawSummary, type RunFilter } from "../../../worker/storage/run-filter.ts";

const RUN: RawSummary = {
  action: "publish",
  state: "failed",
  title: "Sent to Zoé",
  person: "5f0c3a7e-91d4-4c1b-8e6a-000000000002",
  email: "zoe@studio.tld",
  name: "Zoé Müller",
  project: "1c2d3e4f-5a6b-4c7d-8e9f-0a1b2c3d4e5f",
  projects: "Paper Lantern, 夜のトラム",
};
const finds = (filter: RunFilter, run = RUN, reader = ENGLISH) => makeTest(filter, reader)(run);
const findsTitle = (title: unknown, typed: string, reader = ENGLISH) => finds({ title: typed }, { title }, reader);

describe("a title", () => {
  it.each([
    ["Café déjà vu", "cafe deja"],
    ["Café".normalize("NFD"), "café"],
    ["Café", "CAFÉ".normalize("NFD")],
    ["İSTANBUL", "istanbul"],
    ["Işık", "isik"],
    ["ışık", "IŞIK"],
    ["Straße 7", "STRASSE"],
    ["ΟΔΟΣ ΑΒ", "οδοσ α"],
    ["ПЁТР", "петр"],
    ["東京ガンダム", "ｶﾞﾝﾀﾞﾑ"],
    ["서울 작업", "작업"],
    ["हिन्दी काम", "काम"],
    ["done 🦊", "🦊"],
    ['a "quoted" 100%_', '"quoted" 100%_'],
    ["a\\b/c?d#e&f", "\\b/c?d#e&"],
  ])("%j is found by %j", (title, typed) => {
    expect(findsTitle(title, typed)).toBe(true);
  });

  it.each([
    ["Café", "cafés"],
    ["100 done", "100%"],
    ["हिन्दी", "हिन्दु"],
    ["a.b", "a_b"],
    [undefined, "u"],
    [{ no: "text" }, "text"],
    [7, "7"],
  ])("%j is not found by %j", (title, typed) => {
    expect(findsTitle(title, typed)).toBe(false);
  });

  it("is found by a number as people type it, with a plain space", () => {
    const french = { ...ENGLISH, language: "fr", locale: "fr" };
    const title = message("debug.received", { count: 1_200 });
    expect(findsTitle(title, "1 200 tâches", french)).toBe(true);
    expect(findsTitle(title, "1,200 tasks")).toBe(true);
    expect(findsTitle(title, "1,200 tasks", french)).toBe(false);
  });
});

describe("a person and a project", () => {
  it.each([
    { person: "zoe mull" },
    { person: "ZOÉ" },
    { person: "ZOE@STUDIO" },
    { person: "5F0C3A7E-91D4-4C1B-8E6A-000000000002" },
    { project: "lantern" },
    { project: "夜のトラム" },
    { project: "1C2D3E4F-5A6B-4C7D-8E9F-0A1B2C3D4E5F" },
  ])("are found by part of a name, or by the whole id: %j", (filter) => {
    expect(finds(filter)).toBe(true);
  });

  it.each([{ person: "5f0c3a7e" }, { person: "zoe@studio.tld.evil" }, { project: "1c2d3e4f" }, { project: "%" }])(
    "are not found by part of an id: %j",
    (filter) => {
      expect(finds(filter)).toBe(false);
    },
  );
});

it("finds only what passes all filters", () => {
  const filter = { action: "publish", state: "failed", person: "zoé", project: "lantern", title: "sent" } as const;
  expect(finds(filter)).toBe(true);
  for (const other of [
    { action: "Publish" },
    { state: "done" },
    { person: "ada" },
    { project: "tram 2" },
    { title: "got" },
  ] as const)
    expect(finds({ ...filter, ...other })).toBe(false);
});
