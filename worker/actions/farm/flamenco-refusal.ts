// Finds the field of the form that a job type's script complains about.
import type { Problems } from "../../action/action.ts";
import type { Outcome } from "../../format/reply.ts";
import { readRefusal } from "../../services/flamenco-client.ts";
import type { JobTypeInfo } from "../../services/flamenco-objects.ts";
import { SETTING_PREFIX } from "./flamenco-form.ts";

/** Fields whose name in the form differs from the key in the job type. */
const FIELD_NAMES: Readonly<Record<string, string>> = { blendfile: "blend", render_output_root: "output" };

type Input = Readonly<Record<string, unknown>>;

/** Empty if any shot would be accepted, or if the reasons differ: then each shot shows its own. */
export function findRefusedField(outcomes: readonly Outcome[], input: Input, info: JobTypeInfo | undefined): Problems {
  const refusals = new Map(
    outcomes.flatMap(({ state, reason }) => {
      const words = state === "failed" && reason !== undefined ? readRefusal(reason) : undefined;
      return words === undefined || reason === undefined ? [] : [[words, reason]];
    }),
  );
  const [refusal, another] = refusals;
  if (refusal === undefined || another !== undefined || outcomes.some(({ state }) => state === "planned")) return {};
  const [words, reason] = refusal;
  return { [findField(words, input, info) ?? ""]: reason };
}

/** By the field's name or label, the longest first, otherwise by its answer. */
function findField(message: string, input: Input, info: JobTypeInfo | undefined): string | undefined {
  const labels = new Map((info?.settings ?? []).map(({ key, label }) => [key, label]));
  const fields = Object.entries(input).map(([name, value]) => {
    const key = name.startsWith(SETTING_PREFIX)
      ? name.slice(SETTING_PREFIX.length)
      : (Object.keys(FIELD_NAMES).find((one) => FIELD_NAMES[one] === name) ?? name);
    return { name, value: String(value ?? ""), titles: [key, key.replaceAll("_", " "), labels.get(key) ?? ""] };
  });
  const mentioned = fields
    .map(({ name, titles }) => ({
      name,
      length: Math.max(...titles.map((title) => (mentions(message, title) ? title.length : 0))),
    }))
    .filter(({ length }) => length > 0)
    .toSorted((a, b) => b.length - a.length);
  const [first] = mentioned;
  if (first !== undefined) return first.name;
  const [only, other] = fields.filter(({ value }) => value.length > 1 && mentions(message, value));
  return other === undefined ? only?.name : undefined;
}

/** Whether the message contains this text as whole words. */
function mentions(message: string, text: string): boolean {
  const plain = text.trim().replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return plain !== "" && new RegExp(`(?<![\\p{L}\\p{N}])${plain}(?![\\p{L}\\p{N}])`, "iu").test(message);
}
