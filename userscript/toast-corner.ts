/** The corner in which a person wants the toasts. Each person's own, in the storage of Kitsu's origin. */
import * as v from "valibot";
import { load, save } from "./storage.ts";

const Corner = v.object({ side: v.picklist(["left", "right"]), edge: v.picklist(["top", "bottom"]) });
export type Corner = v.InferOutput<typeof Corner>;

export function readCorner(person: string): Corner {
  return load(() => localStorage, keyOf(person), Corner)[0] ?? { side: "right", edge: "bottom" };
}

export function keepCorner(person: string, corner: Corner): void {
  save(() => localStorage, keyOf(person), [corner], 1);
}

function keyOf(person: string): string {
  return `kitsu-actions:corner:${person}`;
}
