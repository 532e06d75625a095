/** The corner of the window in which a person wants the toasts. */
import * as v from "valibot";
import { createPersonalList } from "./storage.ts";

const Corner = v.object({ side: v.picklist(["left", "right"]), edge: v.picklist(["top", "bottom"]) });
export type Corner = v.InferOutput<typeof Corner>;

const corners = createPersonalList("kitsu-actions:corner", Corner, 1);

export function readCorner(person: string): Corner {
  return corners.load(person)[0] ?? { side: "right", edge: "bottom" };
}

export function saveCorner(person: string, corner: Corner): void {
  corners.save(person, [corner]);
}
