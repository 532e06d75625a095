// Opens a task in Kabaret, or in libreflow, which is built on it. Kabaret registers no links, so
// the studio's handler takes ours and starts Kabaret with "--home-oid".
import { type ActionContext, defineAction } from "../action/action.ts";
import { Failure } from "../format/failure.ts";
import { PROGRAM_HELP } from "../format/help-entry.ts";
import { message } from "../format/message.ts";
import type { Effect, Outcome } from "../format/reply.ts";
import { makeCommand } from "../launch/command.ts";
import { type Entry, forProject, type Kabaret } from "../launch/kabaret-settings.ts";
import { mergeOptions } from "../launch/link.ts";
import { findObject } from "../launch/oid.ts";
import { detectSystem, SYSTEMS } from "../launch/operating-system.ts";
import { joinReasons, toSentence } from "../launch/reasons.ts";
import { readTaskInfo } from "../launch/template-variables.ts";
import { makeTicket, TICKET_LIFE_S } from "../launch/ticket.ts";
import { skipMissing } from "../services/missing-tasks.ts";
import type { Settings } from "../settings/settings.ts";

export const kabaret = defineAction({
  id: "kabaret",
  title: message("kabaret.title"),
  about: message("kabaret.about"),
  modes: ["ajax", "form"],
  needsKitsu: true,
  maxTasks: 500,
  findMissingSetting: ({ kabaret: own }) => (own === undefined ? message("kabaret.notSetUp") : undefined),
  params: ["with"],
  checkParams: (params, settings) => void chooseEntry(readKabaret(settings), params.with),
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
    const { info } = opened;
    const { title, button } = entry;
    const { app } = own;
    return {
      title: message("kabaret.confirm", { title, label: info.label }),
      text: button === undefined ? message("kabaret.runs", { app }) : message("kabaret.runsByButton", { app, button }),
      submit: title,
    };
  },
  async run(context) {
    const own = readKabaret(context.settings);
    const entry = chooseEntry(own, context.call.params.with);
    const { opened, outcomes } = await findAll(context, own, entry);
    if (opened === undefined) throw nothingToOpen(own, outcomes);
    const { info, settings, found } = opened;
    const isIncomplete = outcomes.some(({ state }) => state === "failed");
    const { label } = info;
    const title = entry?.run
      ? message("kabaret.running", { title: entry.title, label })
      : message("kabaret.opening", { label, app: own.app });
    return {
      kind: "done",
      severity: isIncomplete ? "warning" : "info",
      title,
      ...(found.note !== undefined && { text: toSentence(found.note) }),
      outcomes,
      effects: makeEffects(context, found, await createTicket(context, opened, entry), settings),
    };
  },
});

/** The entry that the URL of the custom action names; undefined if it names none. */
function chooseEntry({ entries }: Kabaret, wanted: string | undefined): Entry | undefined {
  if (wanted === undefined) return undefined;
  const entry = Object.hasOwn(entries, wanted) ? entries[wanted] : undefined;
  if (entry !== undefined) return entry;
  const ids = Object.keys(entries).join(", ");
  throw new Failure("invalid-call", {
    title: message("kabaret.unknownEntry"),
    text: message("kabaret.entryNotSetUp", { id: wanted.slice(0, 80) }),
    advice: ids === "" ? message("kabaret.noEntries") : message("kabaret.correctEntry", { ids }),
    field: "with",
  });
}

/** Finds the object of each task; `opened` is the first task that has one. */
async function findAll(context: ActionContext, own: Kabaret, entry: Entry | undefined) {
  const kitsu = context.kitsu();
  const { tasks, missing } = await kitsu.readSelection();
  const [entityTypes, persons] = await Promise.all([kitsu.tables.entityTypes(), kitsu.tables.persons()]);
  const sources = {
    entityTypes,
    person: context.person,
    zouPerson: persons.get(context.person.id ?? ""),
    previews: new Map<string, never>(),
  };
  const all = tasks.map((one) => {
    const info = readTaskInfo(one, sources);
    const settings = forProject(own, one.task.project_id);
    return { info, settings, found: findObject(info, settings, entry) };
  });
  const [opened] = all.flatMap(({ found, ...rest }) => ("oid" in found ? [{ ...rest, found }] : []));
  const outcomes = [
    ...all.map(({ info: { taskId: id, label }, found }): Outcome => {
      if ("problems" in found) return { id, label, state: "failed", reason: joinReasons(found.problems) };
      const isFirst = found === opened?.found;
      const oneAtATime = message(entry?.run ? "kabaret.oneRunAtATime" : "kabaret.oneOpenedAtATime");
      const reason = joinReasons([found.note, isFirst ? undefined : oneAtATime]);
      return {
        id,
        label,
        state: isFirst ? "waiting" : "skipped",
        ...(reason !== undefined && { reason }),
        ...(!isFirst &&
          entry?.run !== true && { link: { label: message("kabaret.openIn", { app: own.app }), url: found.link() } }),
      };
    }),
    ...missing.map(skipMissing),
  ];
  return { opened, outcomes };
}

type Opened = NonNullable<Awaited<ReturnType<typeof findAll>>["opened"]>;

/**
 * With a ticket, the handler reports the result, and may run actions. Undefined if the studio's
 * links have no place for a ticket.
 */
async function createTicket(
  context: ActionContext,
  { info, settings, found }: Opened,
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
      items: [{ task_id: info.taskId, entity_id: info.entityId, name: info.label }],
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

function makeEffects(
  { base, request }: ActionContext,
  { oid, link }: Opened["found"],
  ticket: string | undefined,
  { command, app, help = `${base}${PROGRAM_HELP}` }: Kabaret,
): Effect[] {
  const system = detectSystem(request.headers);
  const url = link(ticket);
  const makeLine = (one: (typeof SYSTEMS)[number]) => command && makeCommand([...command, "--home-oid", oid], one);
  const options = mergeOptions(Object.fromEntries(SYSTEMS.map((one) => [one, { url, command: makeLine(one) }])));
  const line = (options.find((option) => option.system === system) ?? options[0])?.command;
  return [
    {
      kind: "launch",
      app,
      ways: options,
      ...(options.some((option) => option.system === system) && { system }),
      ...(ticket !== undefined && { ticket: { url: `${ticket}/state`, until: Date.now() + TICKET_LIFE_S * 1_000 } }),
      help,
    },
    { kind: "copy", text: oid, label: message("kabaret.copyAddress", { app }) },
    ...(line === undefined ? [] : [{ kind: "copy" as const, text: line, label: message("kabaret.copyCommand") }]),
  ];
}

const nothingToOpen = ({ app }: Kabaret, outcomes: Outcome[]) =>
  new Failure("nothing-to-do", {
    title: message("kabaret.nothingToOpen", { app }),
    text: message("kabaret.noAddresses", { app }),
    advice: message("kabaret.addNames"),
    outcomes,
  });
