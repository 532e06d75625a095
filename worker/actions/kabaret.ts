// Opens the object of a task in Kabaret, or in libreflow, which is built on it. Kabaret has no links of its own: the studio's handler makes of ours
// a start with "--home-oid".
import type { Effect, Outcome } from "../../contract.ts";
import { defineAction } from "../action.ts";
import { Failure } from "../failure.ts";
import { makeCommand } from "../launch/command.ts";
import { readTaskFacts } from "../launch/facts.ts";
import { findObject, inProject, type Kabaret } from "../launch/kabaret.ts";
import { mergeWays } from "../launch/link.ts";
import { guessSystem, SYSTEMS } from "../launch/system.ts";
import type { Settings } from "../settings.ts";

export const kabaret = defineAction({
  id: "kabaret",
  title: "Open in Kabaret",
  about: "Opens the selected task where it is in Kabaret or libreflow.",
  modes: ["ajax", "form"],
  needsKitsu: true,
  tasksMost: 500,
  needs: ({ kabaret: own }) =>
    own === undefined ? "Say in KABARET how your flow names things: docs/kabaret.md shows how." : undefined,
  async run(given) {
    const own = readKabaret(given.settings);
    const kitsu = given.kitsu();
    const { tasks, missing } = await kitsu.readSelection();
    const [entityTypes, persons] = await Promise.all([kitsu.tables.entityTypes(), kitsu.tables.persons()]);
    const sources = {
      entityTypes,
      person: given.person,
      listed: persons.get(given.person.id ?? ""),
      previews: new Map<string, never>(),
    };
    const all = tasks.map((one) => {
      const facts = readTaskFacts(one, sources);
      const settings = inProject(own, one.task.project_id);
      return { facts, settings, found: findObject(facts, settings) };
    });
    const opened = all.find(({ found }) => "oid" in found);
    const outcomes = [
      ...all.map(({ facts: { taskId: id, label }, found }): Outcome => {
        if ("problems" in found) return { id, label, state: "failed", reason: found.problems.join(". ") };
        const isFirst = found === opened?.found;
        const reason = [found.note, !isFirst && "One is opened at a time"].filter(Boolean).join(". ");
        return {
          id,
          label,
          state: isFirst ? "waiting" : "skipped",
          ...(reason !== "" && { reason }),
          ...(!isFirst && { link: { label: `Open in ${own.app}`, url: found.url } }),
        };
      }),
      ...missing.map((id): Outcome => ({ id, label: id, state: "skipped", reason: "Deleted or not visible" })),
    ];
    if (opened === undefined || !("oid" in opened.found)) throw nothingToOpen(own, outcomes);
    const { facts, settings, found } = opened;
    const effects = startAt(found, settings, guessSystem(given.arrived.headers));
    const isShort = outcomes.some(({ state }) => state === "failed");
    return {
      kind: "done",
      severity: isShort ? "warning" : "info",
      title: `Opening ${facts.label} in ${own.app}`,
      ...(found.note !== undefined && { text: `${found.note}.` }),
      outcomes,
      effects,
    };
  },
});

function readKabaret({ kabaret: own }: Settings): Kabaret {
  if (own === undefined) throw new Error("This action is not offered without KABARET");
  return own;
}

function startAt(
  { oid, url }: { oid: string; url: string },
  { command, app, help }: Kabaret,
  system: string | undefined,
): Effect[] {
  const made = SYSTEMS.map((one) => [one, { url, command: makeCommand([...command, "--home-oid", oid], one) }] as const);
  const ways = mergeWays(Object.fromEntries(made));
  const line = (ways.find((way) => way.system === system) ?? ways[0])?.command;
  return [
    {
      kind: "launch",
      app,
      ways,
      ...(ways.some((way) => way.system === system) && { system }),
      ...(help !== undefined && { help }),
    },
    { kind: "copy", text: oid, label: "Copy the address in Kabaret" },
    ...(line === undefined ? [] : [{ kind: "copy" as const, text: line, label: "Copy the command" }]),
  ];
}

const nothingToOpen = ({ app }: Kabaret, outcomes: Outcome[]) =>
  new Failure("nothing-to-do", {
    title: `There is nothing to open in ${app}`,
    text: `None of the selected tasks has a place in ${app}. What is missing is said for each.`,
    advice: "Tell your TD, who completes the names in KABARET: docs/kabaret.md.",
    outcomes,
  });
