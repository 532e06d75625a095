// The custom actions of this worker against its catalogue: what npm run register would change, and
// whether what their addresses say can work.
import type { Action } from "../action/action.ts";
import { Failure } from "../format/failure.ts";
import { localize, toEnglish } from "../format/localize.ts";
import { findCallField } from "../request/call.ts";
import { readReader } from "../request/read-reader.ts";
import { RUN_PARAMETER } from "../storage/run-links.ts";
import { findDifferences, listWanted, ownActionId, type Wanted } from "./custom-action.ts";
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

/** An entry of this worker, and the action that it runs. */
export type OwnEntry = { one: ListedAction; target: URL; action: Action };

export function checkRegistration(own: readonly OwnEntry[], context: DoctorContext): Finding[] {
  const { base, actions, settings } = context;
  // In the worker's language: npm run register names none.
  const reader = readReader(new Request(base), new URL(base), settings);
  const offered = actions.map(({ id, title, modes, entityTypes }) => ({
    ...{ id, title: localize(title, reader), modes: [...modes] },
    ...(entityTypes && { entityTypes: [...entityTypes] }),
  }));
  const wanted = listWanted(base, offered);
  return [
    ...own.flatMap((entry) => [
      ...(checkEntityType(entry) ?? describeChange(entry.one, base, wanted)),
      ...checkParameters(entry, settings),
    ]),
    ...findTwice(own),
  ];
}

function checkEntityType({ one, action: { entityTypes = [] } }: OwnEntry): Finding[] | undefined {
  const isRight =
    entityTypes.length === 0 || one.entity_type === "all" || entityTypes.some((type) => type === one.entity_type);
  return isRight
    ? undefined
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
          `Its URL sets "${name}", which only the call itself may set.`,
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

/** A name may have a suffix: "Debug (staging)". Entries that people added may have any name. */
function describeChange(one: ListedAction, base: string, wanted: readonly Wanted[]): Finding[] {
  const id = ownActionId(base, one);
  const right = wanted.find(({ actionId, is_ajax }) => actionId === id && is_ajax === one.is_ajax);
  const changes = (right === undefined ? [] : findDifferences(right, one)).flatMap((member) =>
    member === "name" && one.name.startsWith(`${right?.name} (`)
      ? []
      : [`${member.replace("_", " ")} “${one[member]}” → “${right?.[member]}”`],
  );
  return changes.length === 0
    ? []
    : [
        worthKnowing(
          "custom-action-differs",
          nameEntry(one),
          `npm run register would change its ${changes.join(", ")}.`,
          "To keep it, write something after the “?” in its URL (docs/register.md).",
        ),
      ];
}

/** Entries that do the same, whatever their names are. */
function findTwice(own: readonly OwnEntry[]): Finding[] {
  const keys = own.map(({ one, target }) => [target.href.replace(/\?$/, ""), one.is_ajax, one.entity_type].join(" "));
  return own
    .filter((_, at) => keys.indexOf(keys[at] ?? "") < at)
    .map(({ one }) =>
      worthKnowing(
        "custom-action-twice",
        nameEntry(one),
        "Another entry does the same.",
        `${IN_KITSU} delete one of them.`,
      ),
    );
}
