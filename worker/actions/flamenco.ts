// Renders the selected shots with Flamenco: one job a shot, sent once and followed to its end.
import * as v from "valibot";
import type { Outcome } from "../../contract.ts";
import { defineAction, type Given, type Watch } from "../action.ts";
import { Failure } from "../failure.ts";
import { leaveOut, sayBusy } from "../farm/busy.ts";
import type { Farm } from "../farm/farm.ts";
import { FlamencoOrder, makeFlamencoFarm } from "../farm/flamenco-farm.ts";
import { askJobType, askOrder } from "../farm/flamenco-form.ts";
import {
  CHECKED_MAX,
  checkOrders,
  listKnown,
  mayRenderBusy,
  type Planned,
  planOrders,
  readJobType,
  readSelected,
} from "../farm/flamenco-plan.ts";
import type { FlamencoSettings } from "../farm/flamenco-settings.ts";
import { sayCount } from "../farm/progress.ts";
import { carryOn, controlRun } from "../farm/render.ts";
import { reportGoing, sayShots } from "../farm/report.ts";
import { makeRun, readRun } from "../farm/run.ts";
import { awaitTelling, lookAndTell } from "../farm/tell-run.ts";
import { openFlamenco } from "../services/flamenco.ts";
import { fetchPicture } from "../services/flamenco-picture.ts";
import type { Settings } from "../settings.ts";

export const flamenco = defineAction({
  id: "flamenco",
  title: "Render with Flamenco",
  about: "Renders the selected shots with Flamenco, and follows each to its last frame.",
  modes: ["ajax", "form"],
  needsKitsu: true,
  entityTypes: ["shot"],
  roles: ["admin", "manager", "supervisor", "user"],
  tasksMost: 500,
  submit: "Go on",
  needs: ({ flamenco: own }) =>
    own === undefined ? "Say in FLAMENCO where its manager is and where files are: docs/flamenco.md shows how." : undefined,
  async input(given, answers) {
    const own = readOwn(given.settings);
    const service = open(given);
    const [{ minor }, { jobType, info }, { facts }] = await Promise.all([
      service.version(),
      readJobType(own, answers.job_type, service),
      readSelected(given, { ...own, recorded: false }),
    ]);
    const ranges = new Set(facts.map(({ frames }) => (frames === undefined ? "" : `${frames.first}-${frames.last}`)));
    const [range = "", another] = ranges;
    return v.object({
      ...askJobType(own),
      ...askOrder({
        flamenco: own,
        minor,
        info,
        known: listKnown(jobType),
        frames: another === undefined ? range : "",
        count: facts.length,
        busy: own.allow_anyway ? await given.findBusy(facts.map(({ taskId }) => taskId)) : [],
      }),
    });
  },
  async plan(given) {
    const own = readOwn(given.settings);
    const service = open(given);
    const all = await planOrders(given, own, service);
    return (await checkOrders(all, service, own.at_once)).map(({ outcome }) => outcome);
  },
  async confirm(given, outcomes) {
    const all = await planOrders(given, readOwn(given.settings), open(given));
    const sent = new Set(outcomes.flatMap(({ id, state }) => (state === "planned" ? [id] : [])));
    const orders = all.flatMap(({ outcome, ordered }) => (ordered && sent.has(outcome.id) ? [ordered] : []));
    if (orders.length === 0) throw nothingToRender(outcomes);
    const { tasks } = await given.kitsu().readSelection();
    const projects = new Set(tasks.flatMap(({ task }) => (sent.has(task.id) ? [task.project_id] : []))).size;
    const frames = orders.reduce((sum, one) => sum + one.frames, 0);
    const busy = await given.findBusy(tasks.map(({ task }) => task.id));
    const notes = [
      busy.length > 0 && `${sayBusy(busy, tasks.length)}${mayRenderBusy(given, readOwn(given.settings)) ? "." : ": left out."}`,
      orders.length > CHECKED_MAX && `Flamenco has checked the first ${CHECKED_MAX}.`,
    ];
    return {
      title: `Submit ${sayShots(orders.length)}${projects > 1 ? ` of ${projects} projects` : ""}, ${frames === 1 ? "1 frame" : `${sayCount(frames)} frames`}?`,
      text: notes.filter(Boolean).join(" "),
      submit: "Render",
    };
  },
  async run(given) {
    const own = readOwn(given.settings);
    const service = open(given);
    const all = await planOrders(given, own, service);
    const { missing } = await given.kitsu().readSelection();
    const gone = missing.map((id): Outcome => ({ id, label: id, state: "skipped", reason: "Deleted or not visible" }));
    const wanted = all.flatMap(({ outcome, ordered }) => (ordered === undefined ? [] : [{ outcome, ordered }]));
    // Between the question and now somebody else may have begun.
    const busy = wanted.length === 0 ? [] : await given.lock(wanted.map(({ outcome: { id } }) => id));
    const taken = new Map(mayRenderBusy(given, own) ? [] : busy.map((one) => [one.task, one]));
    const aside = all.flatMap(({ outcome, ordered }: Planned): Outcome[] => {
      const other = taken.get(outcome.id);
      if (ordered === undefined) return [outcome];
      return other === undefined ? [] : [leaveOut(outcome, other)];
    });
    const mine = wanted.filter(({ outcome: { id } }) => !taken.has(id));
    if (mine.length === 0) throw nothingToRender([...aside, ...gone]);
    const ordered = mine.map(({ outcome: { id: task, label }, ordered: { order, frames: size } }) => ({
      task,
      label,
      order,
      size,
    }));
    const render = makeRun(given.run.id, ordered, [...aside, ...gone]);
    const { minor } = await service.version();
    given.goOn({ minor, render });
    return reportGoing(render, "Flamenco", Date.now());
  },
  watch: async (watch, data) => {
    const { minor, render } = read(data);
    const [kept, farm] = [keep(watch, minor), openFarm(watch, minor)];
    const standing = await lookAndTell(kept, render, farm, readOwn(watch.settings).tell, () => carryOn(kept, render, farm));
    const { picture } = read({ minor, render: standing.data }).render;
    return { ...standing, data: { minor, render: standing.data }, picture: picture?.address && String(picture.at) };
  },
  picture: async (watch, data) => {
    const { picture } = read(data).render;
    return fetchPicture(readOwn(watch.settings), picture?.address ?? "", watch.signal);
  },
  control: async (watch, data, what) => {
    const { minor, render } = read(data);
    const farm = openFarm(watch, minor);
    const controlled = await controlRun(keep(watch, minor), render, farm, what);
    const standing = awaitTelling(render, farm, readOwn(watch.settings).tell, controlled);
    return { ...standing, data: { minor, render: standing.data } };
  },
});

const Kept = v.object({ minor: v.number(), render: v.unknown() });

function read(data: unknown) {
  const { minor, render } = v.parse(Kept, data);
  return { minor, render: readRun(FlamencoOrder, render) };
}

const keep = (watch: Watch, minor: number): Watch => ({ ...watch, save: (render) => watch.save({ minor, render }) });

function readOwn({ flamenco: own }: Settings): FlamencoSettings {
  if (own === undefined) throw new Error("This action is not offered without FLAMENCO");
  return own;
}

function open({ settings, signal }: Pick<Given, "settings" | "signal">) {
  const { url, access } = readOwn(settings);
  return openFlamenco({ url, access }, signal);
}

function openFarm(watch: Watch, minor: number): Farm<FlamencoOrder> {
  const { page, url, access, at_once } = readOwn(watch.settings);
  const flamenco = open(watch);
  return {
    ...makeFlamencoFarm(flamenco, { page: page ?? url, atOnce: at_once, minor }),
    fetchPicture: async ({ id }) => {
      const address = await flamenco.lastRendered(id);
      if (address === undefined) return undefined;
      return new Uint8Array(await (await fetchPicture({ url, access }, address, watch.signal)).arrayBuffer());
    },
  };
}

function nothingToRender(outcomes: readonly Outcome[]): Failure {
  const { reason } = outcomes.find(({ state }) => state === "failed") ?? outcomes[0] ?? {};
  return new Failure("nothing-to-do", {
    title: "There is nothing to render",
    text: `None of the selected shots can be sent: ${reason ?? "they are gone"}.`,
    advice: "What is wrong is said for each. Frames and names are put right in Kitsu, paths by your TD in FLAMENCO.",
    outcomes: [...outcomes],
  });
}
