/** Answers in our own format, for an action server. */
import type { Answer, Ask, Done, Field, Outcome, Reply, Run } from "../../../contract.ts";

export const RUN = "5f0c2a77d1e04b6c9a3f5b8e7d6c1a20";

export function answer(reply: Reply, id?: string, more: Partial<Run> = {}): Answer {
  return { version: 1, reply, ...(id && { run: { id, url: `https://edge.studio.tld/runs/${id}`, ...more } }) };
}

export function done(title: string, more: Partial<Done> = {}, run: Partial<Run> = {}): Answer {
  return answer({ kind: "done", severity: "success", title, ...more }, RUN, run);
}

export function ask(title: string, fields: Field[] = [], more: Partial<Ask> = {}): Answer {
  return answer({ kind: "ask", title, fields, submit: "Continue", ...more }, RUN);
}

/** The worker's answer to an internal error. */
export const BROKEN = {
  status: 500,
  body: answer({ kind: "failed", code: "internal-error", title: "Something went wrong" }),
};

/** A text field with this name. */
export function text(name: string, more: Partial<Field> = {}): Field {
  return { name, label: name, type: "text", ...more };
}

export const OUTCOMES: Outcome[] = [
  ...Array.from(
    { length: 9 },
    (_, at): Outcome => ({ id: `d${at}`, label: `SQ01 / SH0${at}0 / Animation`, state: "done" }),
  ),
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

const NAMES = ["Ada Lovelace", "Alan Turing", "Grace Hopper"];
const PERSONS = Array.from({ length: 300 }, (_, at) => ({ value: `p${at}`, label: `${NAMES[at % 3]} ${at}` }));
const STATUSES = [
  { value: "wip", label: "Work in progress", color: "#3273dc" },
  { value: "wfa", label: "Waiting for approval", color: "#ab26ff" },
];
const SIDES = ["left", "right"].map((value) => ({ value, label: value }));

/** One field of each type. */
export const FIELDS: Field[] = [
  text("line", { maxLength: 20, pattern: "[a-z ]*", placeholder: "a few words", required: true, help: "Short." }),
  text("lines", { type: "long-text", value: "one\ntwo" }),
  text("count", { type: "number", min: 1, max: 100, step: 5, value: 10 }),
  text("yes", { type: "toggle", value: true }),
  text("no", { type: "toggle" }),
  text("side", { type: "one-of", options: SIDES, required: true }),
  text("sides", { type: "several-of", options: SIDES, value: ["right"] }),
  text("day", { type: "date", min: "2026-11-01", value: "2026-11-23" }),
  text("who", { type: "person", options: PERSONS, value: "p7" }),
  text("status", { type: "task-status", options: STATUSES, value: "wip", required: true }),
  text("everybody", { type: "several-of", options: PERSONS, value: ["p1"] }),
  text("color", { type: "hologram", value: "left", options: SIDES }),
  text("bare", { type: "one-of" }),
  text("plan", { type: "hidden", value: "as it came" }),
];
