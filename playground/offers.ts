/**
 * The actions that the worker offers at `/actions`. A new action is in the playground's Kitsu after
 * a reload, although no one has entered it. A real Kitsu has only the actions that an administrator
 * has entered.
 */
import * as v from "valibot";
import type { CustomAction } from "./custom-actions.ts";
import { idOf } from "./ids.ts";

const Offer = v.object({
  id: v.string(),
  title: v.string(),
  modes: v.array(v.string()),
  entityTypes: v.optional(v.array(v.string()), []),
});
type Offer = v.InferOutput<typeof Offer>;
const Catalogue = v.object({ actions: v.array(Offer) });

const PATIENCE_MS = 2_000;

/** undefined if the worker does not answer: it is starting, or broken on purpose. */
export async function fetchOffers(worker: string): Promise<Offer[] | undefined> {
  try {
    const headers = { accept: "application/json" };
    const response = await fetch(`${worker}/actions`, {
      headers,
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return response.ok ? v.parse(Catalogue, await response.json()).actions : undefined;
  } catch {
    return undefined;
  }
}

/** One custom action per mode. */
export function describeOffer(worker: string, { id, title, modes, entityTypes }: Offer): CustomAction[] {
  const [type = "all", ...others] = entityTypes;
  const entity_type = others.length === 0 ? type : "all";
  return ["form", "ajax"]
    .filter((mode) => modes.includes(mode))
    .map((mode) => ({
      id: idOf(`custom-action/offered/${id}/${mode}`),
      name: (mode === "ajax" ? `${title} (AJAX)` : title).slice(0, 80),
      url: `${worker}/actions/${id}`,
      entity_type,
      is_ajax: mode === "ajax",
    }));
}
