// Opens the files of the selected tasks in a player or another program of the person's own computer, by a link that the program has registered.
// Browsers don't tell whether anything opened, so nothing here claims it: what was handed over is "waiting".
import * as v from "valibot";
import type { Effect, Outcome, Reply } from "../../contract.ts";
import { type ActionContext, defineAction } from "../action/action.ts";
import { Failure } from "../failure.ts";
import { type Items, readItems } from "../launch/launch-item.ts";
import { type Launcher, type Launchers, nameApp } from "../launch/launchers.ts";
import { LIST_TYPE, makeList } from "../launch/m3u8.ts";
import { mediaOf, type Opening, openItems } from "../launch/opening.ts";
import { guessSystem, type System } from "../launch/operating-system.ts";
import { TICKET_LIFE_S } from "../launch/ticket.ts";
import type { Settings } from "../settings/settings.ts";

/** Where one is opened at a time: the first, and so many more as links of their own. */
const OFFERED_MAX = 21;

export const launch = defineAction({
  id: "launch",
  title: "Open in a program",
  about: "Opens the files or previews of the selected tasks in a player or another program of your computer.",
  modes: ["ajax", "form"],
  needsKitsu: true,
  maxTasks: 500,
  submit: "Open",
  findMissingSetting: ({ launchers }) =>
    launchers === undefined
      ? "Say in LAUNCHERS which programs your workstations have: docs/launch.md shows how."
      : undefined,
  input: ({ call, settings }) => v.object(call.params.with === undefined ? askWith(readLaunchers(settings)) : {}),
  async run(context) {
    const { call, settings, request } = context;
    const launchers = readLaunchers(settings);
    const launcher = chooseLauncher(launchers, call.params.with ?? context.input.with);
    const system = guessSystem(request.headers);
    const { tasks, missing } = await context.kitsu().readSelection();
    const offered = launcher.many ? tasks : tasks.slice(0, OFFERED_MAX);
    const read = await readItems(offered, launcher, launchers, {
      kitsu: context.kitsu(),
      person: context.person,
      roleIn: context.roleIn,
      lend: context.createLink,
      hasAccount: settings.kitsuToken !== undefined,
      system,
    });
    const opening = await openItems(launcher, read.items, {
      system,
      lend: context.createLink,
      person: context.person,
      run: context.run,
    });
    const outcomes = [
      ...opening.outcomes,
      ...tasks
        .slice(offered.length)
        .map(({ task, label }) => skip(task.id, label, "One is opened at a time: select fewer")),
      ...missing.map((id) => skip(id, id, "Deleted or not visible")),
    ];
    if (opening.opened.length === 0) throw nothingToOpen(launcher, outcomes, read);
    return report(context, { launcher, launchers, system, opening, outcomes, read });
  },
});

const skip = (id: string, label: string, reason: string): Outcome => ({ id, label, state: "skipped", reason });

function readLaunchers({ launchers }: Settings): Launchers {
  if (launchers === undefined) throw new Error("This action is not offered without LAUNCHERS");
  return launchers;
}

/** One program needs no question. */
function askWith({ launchers }: Launchers): v.ObjectEntries {
  const [first, another] = launchers;
  if (first === undefined || another === undefined) return {};
  const labels = Object.fromEntries(launchers.map(({ id, label }) => [id, label.replace(/^open (in|with) /i, "")]));
  const choice = v.pipe(
    v.picklist(
      launchers.map(({ id }) => id),
      "Must be one of these programs",
    ),
    v.title("Open with"),
    v.metadata({ labels }),
  );
  return { with: v.optional(choice, first.id) };
}

function chooseLauncher({ launchers }: Launchers, wanted: unknown): Launcher {
  const [first, another] = launchers;
  const found = wanted === undefined && another === undefined ? first : launchers.find(({ id }) => id === wanted);
  if (found !== undefined) return found;
  throw new Failure("invalid-call", {
    title: "There is no such program",
    text: `This action is to open "${String(wanted).slice(0, 80)}", and no program of that name is set up.`,
    advice: `Tell your TD: "with" in the address of the custom action in Kitsu must be one of ${launchers.map(({ id }) => id).join(", ")}.`,
    field: "with",
  });
}

type Opened = {
  launcher: Launcher;
  launchers: Launchers;
  system: System | undefined;
  opening: Opening;
  outcomes: Outcome[];
  read: Items;
};

async function report(context: ActionContext, opened: Opened): Promise<Reply> {
  const { launcher, launchers, system, opening, outcomes } = opened;
  const [app, count] = [nameApp(launcher), opening.opened.length];
  const what = count === 1 ? (opening.opened[0]?.facts.label ?? "1 task") : `${count} tasks`;
  const isCut = launcher.many && opening.able.length > count;
  const isShort = isCut || outcomes.some(({ state }) => state === "failed");
  const help = launcher.help ?? launchers.help;
  const effects: Effect[] = [
    {
      kind: "launch",
      app,
      label: launcher.label,
      ways: opening.ways,
      ...(opening.ways.some((way) => way.system === system) && { system }),
      ...(opening.ticketUrl !== undefined && {
        ticket: { url: `${opening.ticketUrl}/state`, until: Date.now() + TICKET_LIFE_S * 1_000 },
      }),
      ...(help !== undefined && { help }),
    },
    ...copyMedia(opened),
    ...(isCut ? [await listMedia(context, opened)] : []),
  ];
  return {
    kind: "done",
    severity: isShort ? "warning" : "info",
    title: `Opening ${what} in ${app}`,
    text: describe(opened, isCut),
    outcomes,
    effects,
  };
}

/** What is worth knowing beside the outcomes. */
function describe({ launcher, launchers, opening, system, read }: Opened, isCut: boolean): string | undefined {
  const byTicket = launchers.launchers.find((one) => one.kind === "ticket" && one.many && one.id !== launcher.id);
  const previews = opening.opened.filter(
    (item) => mediaOf(item, system) === item.mediaUrl && item.mediaUrl !== undefined,
  ).length;
  const notes = [
    isCut &&
      `A link to ${nameApp(launcher)} holds ${opening.opened.length} of the ${opening.able.length}. The list has all of them${
        byTicket === undefined ? "." : `, and ${nameApp(byTicket)} takes them all at once.`
      }`,
    read.isHidden && "Kitsu does not show recorded files to you.",
    previews > 0 &&
      launcher.kind !== "mpv" &&
      `${previews === 1 ? "One is" : `${previews} are`} played from Kitsu, for an hour: no file is known.`,
  ];
  return notes.filter(Boolean).join(" ") || undefined;
}

function copyMedia({ opening, system }: Opened): Effect[] {
  const media = opening.opened.flatMap((item) => mediaOf(item, system) ?? []);
  if (media.length === 0) return [];
  const isLent = opening.opened.every((item) => mediaOf(item, system) === item.mediaUrl);
  const label =
    media.length === 1
      ? `Copy the ${isLent ? "address" : "path"}`
      : `Copy ${media.length} ${isLent ? "addresses" : "paths"}`;
  return [{ kind: "copy", label, text: media.join("\n") }];
}

/** Every one of them, for players that open lists, or to go through by hand. */
async function listMedia({ createLink: lend }: ActionContext, { launcher, opening, system }: Opened): Promise<Effect> {
  const entries = opening.able.map((item) => ({ name: item.facts.label, media: mediaOf(item, system) ?? "" }));
  const name = `${launcher.id}-${entries.length}.m3u8`;
  const url = await lend({ kind: "file", name, type: LIST_TYPE, text: makeList(entries) });
  return { kind: "download", url, name, label: `Download the list of ${entries.length}` };
}

function nothingToOpen(launcher: Launcher, outcomes: Outcome[], { isHidden }: Items): Failure {
  const [first] = outcomes.filter(({ state }) => state === "failed");
  return new Failure("nothing-to-do", {
    title: `There is nothing to open in ${nameApp(launcher)}`,
    text: [first?.reason && `${first.reason}.`, isHidden && "Kitsu does not show recorded files to you."]
      .filter(Boolean)
      .join(" "),
    advice: "Publish a preview in Kitsu, or ask your TD where the files are: docs/launch.md says how paths are found.",
    outcomes,
  });
}
