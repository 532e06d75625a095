// Opens the object of a task in Kabaret, or in libreflow, which is built on it. Kabaret has no links of its own: the studio's handler makes of ours
// a start with "--home-oid".
import type { Effect, Outcome } from "../../contract.ts";
import { type ActionContext, defineAction } from "../action/action.ts";
import { Failure } from "../failure.ts";
import { makeCommand } from "../launch/command.ts";
import { type Entry, inProject, type Kabaret } from "../launch/kabaret-settings.ts";
import { mergeWays } from "../launch/link.ts";
import { findObject } from "../launch/oid.ts";
import { guessSystem, SYSTEMS } from "../launch/operating-system.ts";
import { readTaskFacts } from "../launch/template-variables.ts";
import { makeTicket, TICKET_LIFE_S } from "../launch/ticket.ts";
import type { Settings } from "../settings/settings.ts";

export const kabaret = defineAction({
  id: "kabaret",
  title: "Open in Kabaret",
  about: "Opens the selected task where it is in Kabaret or libreflow.",
  modes: ["ajax", "form"],
  needsKitsu: true,
  maxTasks: 500,
  findMissingSetting: ({ kabaret: own }) =>
    own === undefined ? "Say in KABARET how your flow names things: docs/kabaret.md shows how." : undefined,
  async plan(context) {
    const own = readKabaret(context.settings);
    const entry = chooseEntry(own, context.call.params.with);
    if (entry?.run !== true) return [];
    const { outcomes } = await findAll(context, own, entry);
    return outcomes.map((one): Outcome => (one.state === "waiting" ? { ...one, state: "planned" } : one));
  },
  async confirm(context) {
    const own = readKabaret(context.settings);
    const entry = chooseEntry(own, context.call.params.with);
    if (entry?.run !== true) return undefined;
    const { opened, outcomes } = await findAll(context, own, entry);
    if (opened === undefined) throw nothingToOpen(own, outcomes);
    const { facts } = opened;
    const button = entry.button === undefined ? "" : `, with its button "${entry.button}"`;
    return {
      title: `${entry.title}: ${facts.label}?`,
      text: `It is run in ${own.app} on your computer${button}. ${own.app} must be open.`,
      submit: entry.title,
    };
  },
  async run(context) {
    const own = readKabaret(context.settings);
    const entry = chooseEntry(own, context.call.params.with);
    const { opened, outcomes } = await findAll(context, own, entry);
    if (opened === undefined) throw nothingToOpen(own, outcomes);
    const { facts, settings, found } = opened;
    const isShort = outcomes.some(({ state }) => state === "failed");
    const title = entry?.run ? `${entry.title}: ${facts.label}` : `Opening ${facts.label} in ${own.app}`;
    return {
      kind: "done",
      severity: isShort ? "warning" : "info",
      title,
      ...(found.note !== undefined && { text: `${found.note}.` }),
      outcomes,
      effects: startAt(found, await askTicket(context, opened, entry), settings, guessSystem(context.request.headers)),
    };
  },
});

/** The entry that the address of the custom action names; undefined where it names none. */
function chooseEntry({ entries }: Kabaret, wanted: string | undefined): Entry | undefined {
  if (wanted === undefined) return undefined;
  const entry = Object.hasOwn(entries, wanted) ? entries[wanted] : undefined;
  if (entry !== undefined) return entry;
  throw new Failure("invalid-call", {
    title: "There is no such entry",
    text: `This custom action asks for "${wanted.slice(0, 80)}", and nothing of that name is set up.`,
    advice: `Tell your TD: "with" in the address of the custom action in Kitsu must be one of ${Object.keys(entries).join(", ") || "KABARET's entries, and there are none"}.`,
    field: "with",
  });
}

/** Where each of the tasks is; `opened` is the first that has a place. */
async function findAll(context: ActionContext, own: Kabaret, entry: Entry | undefined) {
  const kitsu = context.kitsu();
  const { tasks, missing } = await kitsu.readSelection();
  const [entityTypes, persons] = await Promise.all([kitsu.tables.entityTypes(), kitsu.tables.persons()]);
  const sources = {
    entityTypes,
    person: context.person,
    listed: persons.get(context.person.id ?? ""),
    previews: new Map<string, never>(),
  };
  const all = tasks.map((one) => {
    const facts = readTaskFacts(one, sources);
    const settings = inProject(own, one.task.project_id);
    return { facts, settings, found: findObject(facts, settings, entry) };
  });
  const [opened] = all.flatMap(({ found, ...rest }) => ("oid" in found ? [{ ...rest, found }] : []));
  const outcomes = [
    ...all.map(({ facts: { taskId: id, label }, found }): Outcome => {
      if ("problems" in found) return { id, label, state: "failed", reason: found.problems.join(". ") };
      const isFirst = found === opened?.found;
      const reason = [found.note, !isFirst && `One is ${entry?.run ? "run" : "opened"} at a time`]
        .filter(Boolean)
        .join(". ");
      return {
        id,
        label,
        state: isFirst ? "waiting" : "skipped",
        ...(reason !== "" && { reason }),
        ...(!isFirst && entry?.run !== true && { link: { label: `Open in ${own.app}`, url: found.link() } }),
      };
    }),
    ...missing.map((id): Outcome => ({ id, label: id, state: "skipped", reason: "Deleted or not visible" })),
  ];
  return { opened, outcomes };
}

type Opened = NonNullable<Awaited<ReturnType<typeof findAll>>["opened"]>;

/** By its ticket the handler says what became of it, and may run what a link alone may not. Undefined where the studio's own links take none. */
async function askTicket(
  context: ActionContext,
  { facts, settings, found }: Opened,
  entry: Entry | undefined,
): Promise<string | undefined> {
  if (!settings.url_template.variables.has("ticket")) return undefined;
  const { oid } = found;
  const content = makeTicket(
    {
      verb: "open",
      app: "kabaret",
      person: { id: context.person.id, email: context.person.email },
      run: context.run.id,
      items: [{ task_id: facts.taskId, entity_id: facts.entityId, name: facts.label }],
      kabaret: { oid, project: oid.split("/")[1] ?? "", ...(entry?.run && { run: { button: entry.button ?? null } }) },
    },
    Date.now(),
  );
  return context.createLink({ kind: "ticket", content });
}

function readKabaret({ kabaret: own }: Settings): Kabaret {
  if (own === undefined) throw new Error("This action is not offered without KABARET");
  return own;
}

function startAt(
  { oid, link }: Opened["found"],
  ticket: string | undefined,
  { command, app, help }: Kabaret,
  system: string | undefined,
): Effect[] {
  const url = link(ticket);
  const typed = (one: (typeof SYSTEMS)[number]) => command && makeCommand([...command, "--home-oid", oid], one);
  const ways = mergeWays(Object.fromEntries(SYSTEMS.map((one) => [one, { url, command: typed(one) }])));
  const line = (ways.find((way) => way.system === system) ?? ways[0])?.command;
  return [
    {
      kind: "launch",
      app,
      ways,
      ...(ways.some((way) => way.system === system) && { system }),
      ...(ticket !== undefined && { ticket: { url: `${ticket}/state`, until: Date.now() + TICKET_LIFE_S * 1_000 } }),
      ...(help !== undefined && { help }),
    },
    { kind: "copy", text: oid, label: `Copy the address in ${app}` },
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
