// What the script of a job type refuses, at the field of the form that it speaks of.
import type { Outcome } from "../../../contract.ts";
import type { Problems } from "../../action/action.ts";
import { REFUSED } from "../../services/flamenco-client.ts";
import type { JobTypeInfo } from "../../services/flamenco-objects.ts";
import { OWN } from "./flamenco-form.ts";

/** Fields that have another name in the form than the job type has for them. */
const NAMES: Readonly<Record<string, string>> = { blendfile: "blend", render_output_root: "output" };

type Input = Readonly<Record<string, unknown>>;

/** Nothing where any shot would be taken, or each is refused for something else: then that is said at the shots. */
export function placeRefusal(outcomes: readonly Outcome[], input: Input, info: JobTypeInfo | undefined): Problems {
  const isRefused = ({ state, reason }: Outcome) => state === "failed" && reason?.startsWith(REFUSED) === true;
  const refused = new Set(outcomes.filter(isRefused).map(({ reason = "" }) => reason));
  const [said, another] = refused;
  if (said === undefined || another !== undefined || outcomes.some(({ state }) => state === "planned")) return {};
  return { [findField(said.slice(REFUSED.length), input, info) ?? ""]: said };
}

/** By what it is called, the longest first, else by what was answered. */
function findField(words: string, input: Input, info: JobTypeInfo | undefined): string | undefined {
  const labels = new Map((info?.settings ?? []).map(({ key, label }) => [key, label]));
  const fields = Object.entries(input).map(([name, value]) => {
    const key = name.startsWith(OWN)
      ? name.slice(OWN.length)
      : (Object.keys(NAMES).find((one) => NAMES[one] === name) ?? name);
    return { name, value: String(value ?? ""), called: [key, key.replaceAll("_", " "), labels.get(key) ?? ""] };
  });
  const named = fields
    .map(({ name, called }) => ({
      name,
      length: Math.max(...called.map((one) => (says(words, one) ? one.length : 0))),
    }))
    .filter(({ length }) => length > 0)
    .toSorted((a, b) => b.length - a.length);
  const [first] = named;
  if (first !== undefined) return first.name;
  const [only, another] = fields.filter(({ value }) => value.length > 1 && says(words, value));
  return another === undefined ? only?.name : undefined;
}

/** As a word of its own, or several. */
function says(words: string, what: string): boolean {
  const plain = what.trim().replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return plain !== "" && new RegExp(`(?<![\\p{L}\\p{N}])${plain}(?![\\p{L}\\p{N}])`, "iu").test(words);
}
