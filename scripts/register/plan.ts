// What to do so that Kitsu offers what the worker offers. Pure: from two lists to steps.
import { type CustomAction, ownActionId, plainUrl, type Registered } from "./custom-action.ts";
import type { Wanted } from "./offered.ts";

export type Step =
  | { kind: "create"; wanted: CustomAction }
  /** `isTakenOver`: made by hand at the plain address, as the home page shows it; two of the same would be in the menu otherwise */
  | { kind: "change"; wanted: CustomAction; present: Registered; isTakenOver: boolean }
  | { kind: "remove"; present: Registered; why: "not offered" | "twice" }
  | { kind: "same"; present: Registered };

export type Plan = {
  steps: Step[];
  /** made by hand with an address of this worker, and left alone */
  others: Registered[];
};

export type Write = Exclude<Step, { kind: "same" }>;

export const MEMBERS = ["name", "url", "entity_type", "is_ajax"] as const satisfies (keyof CustomAction)[];

/** The members in which the two differ. */
export const findDifferences = (one: CustomAction, other: CustomAction) =>
  MEMBERS.filter((member) => one[member] !== other[member]);

export const listWrites = ({ steps }: Plan): Write[] => steps.filter((step) => step.kind !== "same");

/** Creations and changes come first, in the order of what is offered, so that a menu is never emptier than it was. */
export function makePlan(worker: string, wanted: readonly Wanted[], present: readonly Registered[]): Plan {
  const unmet = new Set(wanted);
  const left = new Set(present);
  const met = new Map<Wanted, Registered>();

  const pair = (isMatch: (wanted: Wanted, present: Registered) => boolean) => {
    for (const one of unmet) {
      const other = [...left].find((candidate) => isMatch(one, candidate));
      if (other === undefined) continue;
      met.set(one, other);
      unmet.delete(one);
      left.delete(other);
    }
  };
  const isOwn = (one: Wanted, other: Registered) => ownActionId(worker, other) === one.actionId;
  // The surest match first: where two runs at once made something twice, the one that is right already stays.
  pair((one, other) => findDifferences(one, other).length === 0);
  pair((one, other) => isOwn(one, other) && other.is_ajax === one.is_ajax);
  // Somebody switched Ajax over.
  pair(isOwn);
  pair((one, other) => other.url === plainUrl(worker, one.actionId) && other.is_ajax === one.is_ajax);

  const ids = new Set(wanted.map(({ actionId }) => actionId));
  return {
    steps: [
      ...wanted.map((one) => toStep(worker, one, met.get(one))),
      ...[...left].flatMap((other): Step[] => {
        const id = ownActionId(worker, other);
        if (id === undefined) return [];
        const isOffered = ids.has(id) && wanted.some((one) => one.actionId === id && one.is_ajax === other.is_ajax);
        return [{ kind: "remove", present: other, why: isOffered ? "twice" : "not offered" }];
      }),
    ],
    others: [...left].filter(
      (other) => ownActionId(worker, other) === undefined && other.url.startsWith(plainUrl(worker, "")),
    ),
  };
}

function toStep(worker: string, { actionId: _, ...wanted }: Wanted, present: Registered | undefined): Step {
  if (present === undefined) return { kind: "create", wanted };
  if (findDifferences(wanted, present).length === 0) return { kind: "same", present };
  return { kind: "change", wanted, present, isTakenOver: ownActionId(worker, present) === undefined };
}
