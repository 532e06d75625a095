// Opens the files of the selected tasks in a program on the person's computer, by a link that the
// program has registered. Browsers don't report whether a link opened anything, so its tasks are
// "waiting", not "done".
import * as v from "valibot";
import { type ActionContext, defineAction } from "../action/action.ts";
import { Failure } from "../format/failure.ts";
import { PROGRAM_HELP } from "../format/help-entry.ts";
import { joinSentences, message, type Text } from "../format/message.ts";
import type { Effect, Outcome, Reply } from "../format/reply.ts";
import { type Items, readItems } from "../launch/launch-item.ts";
import { getAppName, getShortLabel, type Launcher, type Launchers, opensMany } from "../launch/launchers.ts";
import { LIST_TYPE, makeList } from "../launch/m3u8.ts";
import { getMedia, type Opening, openItems } from "../launch/opening.ts";
import { detectSystem, type System } from "../launch/operating-system.ts";
import { toSentence } from "../launch/reasons.ts";
import { TICKET_LIFE_S } from "../launch/ticket.ts";
import { skipMissing } from "../services/missing-tasks.ts";
import type { Settings } from "../settings/settings.ts";

/** For launchers that open one task: that task, and the next 20 as links. */
const LINKED_MAX = 21;

export const launch = defineAction({
  id: "launch",
  title: message("launch.title"),
  about: message("launch.about"),
  modes: ["ajax", "form"],
  needsKitsu: true,
  maxTasks: 500,
  submit: message("launch.submit"),
  findMissingSetting: ({ launchers }) => (launchers === undefined ? message("launch.notSetUp") : undefined),
  params: ["with"],
  checkParams: ({ with: wanted }, settings) => {
    if (wanted !== undefined) chooseLauncher(readLaunchers(settings), wanted);
  },
  input: ({ call, settings }) => v.object(call.params.with === undefined ? askWith(readLaunchers(settings)) : {}),
  async run(context) {
    const { call, settings, request } = context;
    const launchers = readLaunchers(settings);
    const launcher = chooseLauncher(launchers, call.params.with ?? context.input.with);
    const system = detectSystem(request.headers);
    const { tasks, missing } = await context.kitsu().readSelection();
    const linked = opensMany(launcher) ? tasks : tasks.slice(0, LINKED_MAX);
    const read = await readItems(linked, launcher, launchers, {
      kitsu: context.kitsu(),
      person: context.person,
      roleIn: context.roleIn,
      createLink: context.createLink,
      hasBot: settings.kitsuToken !== undefined,
      system,
    });
    const opening = await openItems(launcher, read.items, {
      system,
      createLink: context.createLink,
      localize: context.localize,
      person: context.person,
      run: context.run,
    });
    const outcomes = [
      ...opening.outcomes,
      ...tasks
        .slice(linked.length)
        .map(({ task, label }): Outcome => ({ id: task.id, label, state: "skipped", reason: SELECT_FEWER })),
      ...missing.map(skipMissing),
    ];
    if (opening.opened.length === 0) throw nothingToOpen(launcher, outcomes, read);
    return report(context, { launcher, launchers, system, opening, outcomes, read });
  },
});

const SELECT_FEWER = message("launch.selectFewer");

function readLaunchers({ launchers }: Settings): Launchers {
  if (launchers === undefined) throw new Error("This action is not offered without LAUNCHERS");
  return launchers;
}

/** No question if there is only one program. */
function askWith({ launchers }: Launchers): v.ObjectEntries {
  const [first, another] = launchers;
  if (first === undefined || another === undefined) return {};
  const labels = Object.fromEntries(launchers.map((one) => [one.id, getShortLabel(one)]));
  const choice = v.pipe(
    v.picklist(
      launchers.map(({ id }) => id),
      "launch.chooseProgram",
    ),
    v.metadata({ title: message("launch.openWith"), labels }),
  );
  return { with: v.optional(choice, first.id) };
}

function chooseLauncher({ launchers }: Launchers, wanted: unknown): Launcher {
  const [first, another] = launchers;
  const found = wanted === undefined && another === undefined ? first : launchers.find(({ id }) => id === wanted);
  if (found !== undefined) return found;
  throw new Failure("invalid-call", {
    title: message("launch.unknownProgram"),
    text: message("launch.programNotSetUp", { id: String(wanted).slice(0, 80) }),
    advice: message("launch.correctProgram", { ids: launchers.map(({ id }) => id).join(", ") }),
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
  const [app, count] = [getAppName(launcher), opening.opened.length];
  const [first] = opening.opened;
  const title =
    count === 1 && first !== undefined
      ? message("launch.openingTask", { label: first.info.label, app })
      : message("launch.openingTasks", { count, app });
  const isCut = opensMany(launcher) && opening.openable.length > count;
  const isIncomplete = isCut || outcomes.some(({ state }) => state === "failed");
  const effects: Effect[] = [
    {
      kind: "launch",
      app,
      label: launcher.label,
      ways: opening.options,
      ...(opening.options.some((option) => option.system === system) && { system }),
      ...(opening.ticketUrl !== undefined && {
        ticket: { url: `${opening.ticketUrl}/state`, until: Date.now() + TICKET_LIFE_S * 1_000 },
      }),
      help: launcher.help ?? launchers.help ?? `${context.base}${PROGRAM_HELP}`,
    },
    ...copyMedia(opened),
    ...(isCut ? [await listMedia(context, opened)] : []),
  ];
  return {
    kind: "done",
    severity: isIncomplete ? "warning" : "info",
    title,
    text: makeNotes(opened, isCut),
    outcomes,
    effects,
  };
}

function makeNotes({ launcher, launchers, opening, system, read }: Opened, isCut: boolean): Text | undefined {
  const byTicket = launchers.launchers.find((one) => one.kind === "ticket" && one.many && one.id !== launcher.id);
  const previews = opening.opened.filter(
    (item) => getMedia(item, system) === item.mediaUrl && item.mediaUrl !== undefined,
  ).length;
  const values = { app: getAppName(launcher), count: opening.opened.length, total: opening.openable.length };
  const linkFull =
    byTicket === undefined
      ? message("launch.linkFull", values)
      : message("launch.linkFullTryOther", { ...values, other: getAppName(byTicket) });
  return joinSentences([
    isCut && linkFull,
    read.isHidden && RECORDED_FILES_HIDDEN,
    previews > 0 && launcher.kind !== "mpv" && message("launch.playsFromKitsu", { count: previews }),
  ]);
}

const RECORDED_FILES_HIDDEN = message("launch.recordedFilesHidden");

function copyMedia({ opening, system }: Opened): Effect[] {
  const media = opening.opened.flatMap((item) => getMedia(item, system) ?? []);
  if (media.length === 0) return [];
  const areUrls = opening.opened.every((item) => getMedia(item, system) === item.mediaUrl);
  const label = message(areUrls ? "launch.copyLinks" : "launch.copyPaths", { count: media.length });
  return [{ kind: "copy", label, text: media.join("\n") }];
}

/** A list of all files, for players that open lists. */
async function listMedia({ createLink }: ActionContext, { launcher, opening, system }: Opened): Promise<Effect> {
  const entries = opening.openable.map((item) => ({ name: item.info.label, media: getMedia(item, system) ?? "" }));
  const name = `${launcher.id}-${entries.length}.m3u8`;
  const url = await createLink({ kind: "file", name, type: LIST_TYPE, text: makeList(entries) });
  return { kind: "download", url, name, label: message("launch.downloadList", { count: entries.length }) };
}

function nothingToOpen(launcher: Launcher, outcomes: Outcome[], { isHidden }: Items): Failure {
  const [first] = outcomes.filter(({ state }) => state === "failed");
  return new Failure("nothing-to-do", {
    title: message("launch.nothingToOpen", { app: getAppName(launcher) }),
    text: joinSentences([first?.reason && toSentence(first.reason), isHidden && RECORDED_FILES_HIDDEN]),
    advice: message("launch.publishOrAsk"),
    outcomes,
  });
}
