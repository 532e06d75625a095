// Renders the selected shots with Flamenco: one job a shot, sent once and followed to its end.
import * as v from "valibot";
import { type ActionContext, defineAction, type WatchContext } from "../action/action.ts";
import { openFlamenco } from "../services/flamenco-client.ts";
import { fetchPicture } from "../services/flamenco-picture.ts";
import type { FlamencoSettings } from "../settings/flamenco-settings.ts";
import type { Settings } from "../settings/settings.ts";
import type { Farm } from "./farm/farm.ts";
import { awaitFeedback, pollWithFeedback } from "./farm/feedback-run.ts";
import { FlamencoOrder, makeFlamencoFarm } from "./farm/flamenco-farm.ts";
import { askJobType, askOrder } from "./farm/flamenco-form.ts";
import { CHECKED_MAX, chooseBusy, planChecked, planOrders, readJobType, readSelected } from "./farm/flamenco-plan.ts";
import { placeRefusal } from "./farm/flamenco-refusal.ts";
import { carryOn, controlRun } from "./farm/render.ts";
import { confirmRender, nothingToRender } from "./farm/render-confirmation.ts";
import { makeRun, readRun } from "./farm/render-run.ts";
import { reportGoing } from "./farm/render-summary.ts";
import { takeTasks } from "./farm/task-conflicts.ts";

export const flamenco = defineAction({
  id: "flamenco",
  title: "Render with Flamenco",
  about: "Renders the selected shots with Flamenco, and follows each to its last frame.",
  modes: ["ajax", "form"],
  needsKitsu: true,
  entityTypes: ["shot"],
  roles: ["admin", "manager", "supervisor", "user"],
  maxTasks: 500,
  submit: "Go on",
  findMissingSetting: ({ flamenco: own }) =>
    own === undefined
      ? "Say in FLAMENCO where its manager is and where files are: docs/flamenco.md shows how."
      : undefined,
  async input(context, answers) {
    const own = readOwn(context.settings);
    const service = open(context);
    const [{ minor }, { jobType, info }, { facts }] = await Promise.all([
      service.version(),
      readJobType(own, answers.job_type, service),
      readSelected(context, { ...own, recorded: false }),
    ]);
    return v.object({
      ...askJobType(own),
      ...askOrder({
        flamenco: own,
        minor,
        jobType,
        info,
        facts,
        busy: await context.findConflicts(facts.map(({ taskId }) => taskId)),
      }),
    });
  },
  async findProblems(context) {
    const { planned, info } = await planChecked(context, readOwn(context.settings), open(context));
    return placeRefusal(
      planned.map(({ outcome }) => outcome),
      context.input,
      info,
    );
  },
  async plan(context) {
    const { planned } = await planChecked(context, readOwn(context.settings), open(context));
    return planned.map(({ outcome }) => outcome);
  },
  async confirm(context) {
    const own = readOwn(context.settings);
    const { planned, note } = await planChecked(context, own, open(context));
    const isMore = planned.filter(({ outcome: { state } }) => state === "planned").length > CHECKED_MAX;
    const notes = [note, isMore && `Flamenco has checked the first ${CHECKED_MAX}.`];
    return confirmRender(context, planned, chooseBusy(context, own), notes.filter(Boolean).join(" "));
  },
  async run(context) {
    const own = readOwn(context.settings);
    const service = open(context);
    const { planned } = await planOrders(context, own, service);
    const { mine, joined, aside } = await takeTasks(context, planned, chooseBusy(context, own));
    if (mine.length + joined.length === 0) throw nothingToRender(aside);
    const render = makeRun(context.run.id, mine, aside, joined);
    const { minor } = await service.version();
    context.continueWith({ minor, render });
    return reportGoing(render, "Flamenco", Date.now());
  },
  watch: async (watch, data) => {
    const { minor, render } = read(data);
    const [kept, farm] = [keep(watch, minor), openFarm(watch, minor)];
    const standing = await pollWithFeedback(kept, render, farm, readOwn(watch.settings).tell, () =>
      carryOn(kept, render, farm),
    );
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
    const standing = awaitFeedback(render, farm, readOwn(watch.settings).tell, controlled);
    return { ...standing, data: { minor, render: standing.data } };
  },
});

const Kept = v.object({ minor: v.number(), render: v.unknown() });

function read(data: unknown) {
  const { minor, render } = v.parse(Kept, data);
  return { minor, render: readRun(FlamencoOrder, render) };
}

const keep = (watch: WatchContext, minor: number): WatchContext => ({
  ...watch,
  save: (render) => watch.save({ minor, render }),
});

function readOwn({ flamenco: own }: Settings): FlamencoSettings {
  if (own === undefined) throw new Error("This action is not offered without FLAMENCO");
  return own;
}

function open({ settings, signal }: Pick<ActionContext, "settings" | "signal">) {
  const { url, access } = readOwn(settings);
  return openFlamenco({ url, access }, signal);
}

function openFarm(watch: WatchContext, minor: number): Farm<FlamencoOrder> {
  const { page, url, access, at_once, worker_tag: workerTag, standstill_minutes } = readOwn(watch.settings);
  const flamenco = open(watch);
  const standstillMs = standstill_minutes * 60_000;
  return {
    ...makeFlamencoFarm(flamenco, { page: page ?? url, atOnce: at_once, minor, workerTag, standstillMs }),
    fetchPicture: async ({ id }) => {
      const address = await flamenco.lastRendered(id);
      if (address === undefined) return undefined;
      return new Uint8Array(await (await fetchPicture({ url, access }, address, watch.signal)).arrayBuffer());
    },
  };
}
