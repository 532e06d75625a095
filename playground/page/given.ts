/** What the playground's server gave the page to start with. */
import * as v from "valibot";

const Given = v.object({
  worker: v.string(),
  personId: v.string(),
  /** whether there are render farms, with which something may go wrong */
  hasFarms: v.boolean(),
  /** of the tasks whose status is not the one they began with */
  statuses: v.record(v.string(), v.string()),
  customActions: v.array(
    v.object({
      id: v.string(),
      name: v.string(),
      url: v.fallback(v.string(), ""),
      entity_type: v.fallback(v.string(), "all"),
      is_ajax: v.fallback(v.boolean(), false),
    }),
  ),
});
export type Given = v.InferOutput<typeof Given>;

export function readGiven(): Given {
  const text = document.querySelector<HTMLMetaElement>('meta[name="playground"]')?.content ?? "";
  return v.parse(Given, JSON.parse(text));
}
