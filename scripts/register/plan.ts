// The steps that make Kitsu offer what the worker offers.
import {
  type CustomAction,
  findDifferences,
  ownActionId,
  plainUrl,
  type Registered,
  type Wanted,
} from "../../worker/doctor/custom-action.ts";

export type Step =
  | { kind: "create"; wanted: CustomAction }
  /**
   * `isAdopted`: created by hand with the address from the home page. A second one would show the
   * action twice.
   */
  | { kind: "change"; wanted: CustomAction; present: Registered; isAdopted: boolean }
  | { kind: "remove"; present: Registered; reason: "not offered" | "duplicate" }
  | { kind: "unchanged"; present: Registered };

export type Plan = {
  steps: Step[];
  /** created by hand with an address of this worker; not changed */
  others: Registered[];
  /** names that another entry has, too: Kitsu's menu tells entries apart by their names alone */
  sharedNames: string[];
};

export type Write = Exclude<Step, { kind: "unchanged" }>;

export const listWrites = ({ steps }: Plan): Write[] => steps.filter((step) => step.kind !== "unchanged");

/**
 * Removals come last, so that Kitsu's menu is never emptier than before. The others have the
 * worker's order.
 */
export function makePlan(worker: string, wanted: readonly Wanted[], present: readonly Registered[]): Plan {
  const unmatched = new Set(wanted);
  const remaining = new Set(present);
  const matches = new Map<Wanted, Registered>();

  const pair = (isMatch: (wanted: Wanted, present: Registered) => boolean) => {
    for (const one of unmatched) {
      const other = [...remaining].find((candidate) => isMatch(one, candidate));
      if (other === undefined) continue;
      matches.set(one, other);
      unmatched.delete(one);
      remaining.delete(other);
    }
  };
  const isOwn = (one: Wanted, other: Registered) => ownActionId(worker, other) === one.actionId;
  // The best match first: if two simultaneous runs created duplicates, the correct one stays.
  pair((one, other) => findDifferences(one, other).length === 0);
  pair((one, other) => isOwn(one, other) && other.is_ajax === one.is_ajax);
  // Somebody changed the Ajax setting.
  pair(isOwn);
  pair((one, other) => other.url === plainUrl(worker, one.actionId) && other.is_ajax === one.is_ajax);

  const ids = new Set(wanted.map(({ actionId }) => actionId));
  const kept = [...remaining].filter((other) => ownActionId(worker, other) === undefined);
  return {
    steps: [
      ...wanted.map((one) => toStep(worker, one, matches.get(one))),
      ...[...remaining].flatMap((other): Step[] => {
        const id = ownActionId(worker, other);
        if (id === undefined) return [];
        const isOffered = ids.has(id) && wanted.some((one) => one.actionId === id && one.is_ajax === other.is_ajax);
        return [{ kind: "remove", present: other, reason: isOffered ? "duplicate" : "not offered" }];
      }),
    ],
    others: kept.filter(({ url }) => url.startsWith(plainUrl(worker, ""))),
    sharedNames: findSharedNames(wanted, kept),
  };
}

function findSharedNames(wanted: readonly Wanted[], kept: readonly Registered[]): string[] {
  const names = wanted.map(({ name }) => name);
  const all = [...names, ...kept.map(({ name }) => name)];
  return [...new Set(names)].filter((name) => all.indexOf(name) !== all.lastIndexOf(name));
}

function toStep(worker: string, { actionId: _, ...wanted }: Wanted, present: Registered | undefined): Step {
  if (present === undefined) return { kind: "create", wanted };
  if (findDifferences(wanted, present).length === 0) return { kind: "unchanged", present };
  return { kind: "change", wanted, present, isAdopted: ownActionId(worker, present) === undefined };
}
