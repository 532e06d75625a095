/** Answers in our words, to be told to an action server. */
import type { Answer, Done, Outcome, Reply } from "../../../contract.ts";

export const RUN = "5f0c2a77d1e04b6c9a3f5b8e7d6c1a20";

export function answer(reply: Reply, id?: string): Answer {
  return { version: 1, reply, ...(id && { run: { id, url: `https://edge.studio.tld/runs/${id}` } }) };
}

export function done(title: string, more: Partial<Done> = {}): Answer {
  return answer({ kind: "done", severity: "success", title, ...more }, RUN);
}

export const OUTCOMES: Outcome[] = [
  ...Array.from({ length: 9 }, (_, at): Outcome => ({ id: `d${at}`, label: `SQ01 / SH0${at}0 / Animation`, state: "done" })),
  { id: "f1", label: "SQ02 / SH010 / Lighting", state: "failed", reason: "The scene file is missing." },
  {
    id: "f2",
    label: "SQ02 / SH020 / Lighting",
    state: "failed",
    reason: "Frame range is empty.",
    link: { label: "Open the shot", url: "https://kitsu.studio.tld/productions/1/shots/2" },
  },
  { id: "f3", label: "SQ02 / SH030 / Lighting", state: "failed", reason: "Not assigned to you." },
  { id: "s1", label: "SQ03 / SH010 / Layout", state: "skipped", reason: "No preview yet." },
];

export const FRAMES = {
  title: "Frames",
  columns: ["Shot", "First", "Last", "Camera"],
  rows: [
    ["SH010", 1001, 1048, "main"],
    ["SH020", 1001, 1096, null],
    ["SH030", 1001, 1012, "drone"],
  ],
};
