/** The data that the playground's server puts into the page. */
import * as v from "valibot";

const PageData = v.object({
  worker: v.string(),
  personId: v.string(),
  /** the person's language and time zone */
  profile: v.object({ locale: v.string(), timezone: v.string() }),
  hasFarms: v.boolean(),
  hasTexts: v.boolean(),
  /** the status ids of the tasks whose status has changed since the start, by task id */
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
export type PageData = v.InferOutput<typeof PageData>;

export function readPageData(): PageData {
  const text = document.querySelector<HTMLMetaElement>('meta[name="playground"]')?.content ?? "";
  return v.parse(PageData, JSON.parse(text));
}
