/** The long runs that are followed, for the next page and the other tabs. Each person's own, in the storage of Kitsu's origin. */
import * as v from "valibot";
import type { Run } from "../contract.ts";
import { RunId } from "../contract.ts";
import { CONFIG } from "./config.ts";
import { isOurs, leadsTo } from "./run-url.ts";
import { load, save } from "./storage.ts";

const RUNS_MAX = 20;

/**
 * `name` is the action's; `url` and `socket` are how it is followed, and the right to. A call whose answer was lost has no socket: what the worker
 * knows of it is asked for, and `note` says meanwhile what happened.
 */
export const Following = v.object({
  at: v.number(),
  name: v.string(),
  run: RunId,
  url: v.string(),
  socket: v.string(),
  attempt: v.optional(v.string()),
  note: v.optional(v.string()),
});
export type Following = v.InferOutput<typeof Following>;

/** Only what is our worker's is followed, whoever says that it is to be. */
export function mayFollow({ url, socket }: NonNullable<Run["follow"]>): boolean {
  return isOurs(url) && (socket === "" || leadsTo(socket, CONFIG.worker.replace(/^http/, "ws")));
}

/** Newest first. */
export function listFollowing(person: string): Following[] {
  return load(() => localStorage, keyOf(person), Following).filter(mayFollow);
}

export function addFollowing(person: string, following: Following): void {
  saveFollowing(person, [following, ...without(person, following)]);
}

export function removeFollowing(person: string, following: Following): void {
  saveFollowing(person, without(person, following));
}

function without(person: string, { run }: Following): Following[] {
  return listFollowing(person).filter((other) => other.run !== run);
}

function saveFollowing(person: string, followed: readonly Following[]): void {
  save(() => localStorage, keyOf(person), followed, RUNS_MAX);
}

function keyOf(person: string): string {
  return `kitsu-actions:following:${person}`;
}
