/** The studio's task types and statuses. */
import type { EntityKind } from "./data-entities.ts";
import { departmentId } from "./data-people.ts";
import { idOf } from "./ids.ts";

/** `forEntity` decides which actions Kitsu offers for a selection. `days` is the usual effort. */
export type TaskType = {
  id: string;
  name: string;
  forEntity: EntityKind;
  color: string;
  departmentId: string | null;
  days: number;
};
/** Who may use a status. Archived statuses are offered to no one. */
export type TaskStatus = {
  id: string;
  shortName: string;
  name: string;
  color: string;
  forArtists: boolean;
  forClients: boolean;
  forConcepts: boolean;
  archived: boolean;
};

type Rights = "everybody" | "artists" | "clients" | "leads" | "concepts" | "nobody";

/** Kitsu's default statuses in the order of work, one for concepts, and one that no task has. */
export const STATUSES: readonly TaskStatus[] = (
  [
    ["todo", "Todo", "#f5f5f5", "artists"],
    ["ready", "Ready To Start", "#fbc02d", "leads"],
    ["wip", "Work In Progress", "#3273dc", "artists"],
    ["wfa", "Waiting For Approval", "#ab26ff", "everybody"],
    ["retake", "Retake", "#ff3860", "clients"],
    ["done", "Done", "#22d160", "clients"],
    ["neutral", "Neutral", "#cccccc", "concepts"],
    ["hold", "On Hold (old)", "#8d6e63", "nobody"],
  ] satisfies [string, string, string, Rights][]
).map(([shortName, name, color, rights]) => ({
  id: idOf(`status/${shortName}`),
  shortName,
  name,
  color,
  forArtists: rights !== "clients" && rights !== "leads",
  forClients: rights !== "artists" && rights !== "leads",
  forConcepts: rights === "concepts",
  archived: rights === "nobody",
}));

type Plan = readonly [name: string, forEntity: EntityKind, color: string, department: string | null, days: number];

const PLANS: readonly Plan[] = [
  ["Layout", "Shot", "#7cb342", "Layout", 1],
  ["Animation", "Shot", "#009688", "Animation", 4],
  ["Lighting", "Shot", "#f9a825", "Lighting", 2],
  ["Compositing", "Shot", "#ff5252", "Compositing", 2],
  ["Modeling", "Asset", "#78909c", "Modeling", 5],
  ["Rigging", "Asset", "#9ccc65", null, 4],
  ["Shading", "Asset", "#64b5f6", "Modeling", 3],
  ["Storyboard", "Sequence", "#90a4ae", "Layout", 2],
  ["Mix", "Episode", "#8d6e63", null, 3],
  ["Editing", "Edit", "#a1887f", null, 5],
  ["Concept", "Concept", "#ba68c8", "Modeling", 2],
];

export const TASK_TYPES: readonly TaskType[] = PLANS.map(([name, forEntity, color, department, days]) => ({
  id: idOf(`type/${name}`),
  name,
  forEntity,
  color,
  departmentId: department === null ? null : departmentId(department),
  days,
}));
