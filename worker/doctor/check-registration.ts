// The custom actions of this worker against its catalogue: what npm run register would change, and
// whether what their addresses say can work.
import type { Action } from "../action/action.ts";
import { Failure } from "../format/failure.ts";
import { localize, toEnglish } from "../format/localize.ts";
import { findCallField } from "../request/call.ts";
import { readReader } from "../request/read-reader.ts";
import { RUN_PARAMETER } from "../storage/run-links.ts";
import { listWanted } from "./custom-action.ts";
import type { DoctorContext } from "./doctor-context.ts";
import {
  broken,
  type Finding,
  IN_KITSU,
  type ListedAction,
  nameEntry,
  REGISTER,
  risky,
  worthKnowing,
} from "./finding.ts";
import { findNearest, suggest } from "./nearest.ts";
import { findDifferences, makePlan, type Step } from "./register-plan.ts";

/** An entry of this worker, and the action that it runs. */
export type OwnEntry = { one: ListedAction; target: URL; action: Action };

export function checkRegistration(own: readonly OwnEntry[], context: DoctorContext): Finding[] {
  const { base, actions, settings } = context;
  // As whoever registers them reads them: without a language of their own.
  const reader = readReader(new Request(base), new URL(base), settings);
  const offered = actions.map(({ id, title, modes, entityTypes }) => ({
    ...{ id, title: localize(title, reader), modes: [...modes] },
    ...(entityTypes && { entityTypes: [...entityTypes] }),
  }));
  const wrong = own.filter((entry) => checkEntityType(entry).length > 0).map(({ one }) => one);
  const { steps } = makePlan(
    base,
    listWanted(base, offered),
    own.map(({ one }) => one),
  );
  return [
    ...own.flatMap((entry) => [...checkEntityType(entry), ...checkParameters(entry, settings)]),
    ...steps.flatMap((step) => (step.kind === "change" && !wrong.includes(step.present) ? describeChange(step) : [])),
    ...findTwice(own, steps),
  ];
}

function checkEntityType({ one, action: { entityTypes = [] } }: OwnEntry): Finding[] {
  const isRight =
    entityTypes.length === 0 || one.entity_type === "all" || entityTypes.some((type) => type === one.entity_type);
  return isRight
    ? []
    : [
        broken(
          "custom-action-entity-type",
          nameEntry(one),
          `Kitsu offers it for "${one.entity_type}", but it runs only for ${entityTypes.join(", ")}.`,
          `${IN_KITSU} correct its entity type. Or ${REGISTER}`,
        ),
      ];
}

function checkParameters({ one, target, action }: OwnEntry, settings: DoctorContext["settings"]): Finding[] {
  const fix = `${IN_KITSU} correct its URL.`;
  const names = [...target.searchParams.keys()];
  const { params = [] } = action;
  return [
    ...names.flatMap((name) => {
      if (name === RUN_PARAMETER || findCallField(name) !== undefined)
        return broken(
          "custom-action-parameter",
          nameEntry(one),
          `Its URL sets "${name}", which is the call's own.`,
          fix,
        );
      const nearest = params.includes(name) ? undefined : findNearest(name, params);
      return nearest === undefined
        ? []
        : risky(
            "custom-action-parameter",
            nameEntry(one),
            `Its URL sets "${name}", which does nothing.${suggest(nearest)}`,
            fix,
          );
    }),
    ...findWrongValue(() => action.checkParams?.(Object.fromEntries(target.searchParams), settings)).map(({ reply }) =>
      broken(
        "custom-action-parameter",
        nameEntry(one),
        toEnglish(reply.text ?? reply.title),
        reply.advice === undefined ? fix : `${fix} ${toEnglish(reply.advice)}`,
      ),
    ),
  ];
}

function findWrongValue(check: () => void): Failure[] {
  try {
    check();
    return [];
  } catch (thrown) {
    if (thrown instanceof Failure) return [thrown];
    throw thrown;
  }
}

const MEMBERS = { name: "name", entity_type: "entity type", is_ajax: "Ajax" } as const;

/** Not the name of an entry that was typed by hand, or that only says more: "Debug (staging)". */
function describeChange({ wanted, present, isAdopted }: Extract<Step<ListedAction>, { kind: "change" }>): Finding[] {
  const changes = findDifferences(wanted, present).flatMap((member) =>
    member === "url" || (member === "name" && (isAdopted || present.name.startsWith(`${wanted.name} (`)))
      ? []
      : [`${MEMBERS[member]}: “${present[member]}” → “${wanted[member]}”`],
  );
  return changes.length === 0
    ? []
    : [
        worthKnowing(
          "custom-action-differs",
          nameEntry(present),
          `npm run register would change its ${changes.join(", ")}.`,
          "To keep it, write something after the “?” in its URL (docs/register.md).",
        ),
      ];
}

/** Entries that do the same, whatever their names are. */
function findTwice(own: readonly OwnEntry[], steps: readonly Step<ListedAction>[]): Finding[] {
  const removed = steps.flatMap((step) =>
    step.kind === "remove" && step.reason === "duplicate" ? [step.present] : [],
  );
  const keys = own.map(({ one, target }) => [target.href.replace(/\?$/, ""), one.is_ajax, one.entity_type].join(" "));
  return own
    .filter(({ one }, at) => removed.includes(one) || keys.indexOf(keys[at] ?? "") < at)
    .map(({ one }) =>
      worthKnowing(
        "custom-action-twice",
        nameEntry(one),
        `Another one does the same: ${one.url.slice(0, 200)}`,
        `${IN_KITSU} delete one of them.`,
      ),
    );
}
