// Renders the selected shots with Flamenco: one job per shot, submitted once and followed to its
// end.
import * as v from "valibot";
import { defineAction, type WatchContext } from "../action/action.ts";
import { joinSentences, message } from "../format/message.ts";
import { openFlamenco } from "../services/flamenco-client.ts";
import { fetchPicture } from "../services/flamenco-picture.ts";
import type { Farm } from "./farm/farm.ts";
import { readFlamencoSettings, readJobType, readShots, readVersion, startReading } from "./farm/flamenco-facts.ts";
import { FlamencoSubmission, makeFlamencoFarm } from "./farm/flamenco-farm.ts";
import { makeJobTypeField, makeSubmissionFields } from "./farm/flamenco-form.ts";
import { CHECKED_MAX, planCheckedShots, planShots, readConflictChoice } from "./farm/flamenco-plan.ts";
import { findRefusedField } from "./farm/flamenco-refusal.ts";
import { controlRender, pollRender } from "./farm/render.ts";
import { confirmRender, nothingToRender } from "./farm/render-confirmation.ts";
import { makeRun, readRun } from "./farm/render-run.ts";
import { summarizeRunning } from "./farm/render-summary.ts";
import { claimTasks, readConflicts } from "./farm/task-conflicts.ts";

export const flamenco = defineAction({
  id: "flamenco",
  title: message("flamenco.title"),
  about: message("flamenco.about"),
  modes: ["ajax", "form"],
  needsKitsu: true,
  entityTypes: ["shot"],
  roles: ["admin", "manager", "supervisor", "user"],
  maxTasks: 500,
  submit: message("flamenco.next"),
  findMissingSetting: (settings) => (settings.flamenco === undefined ? message("flamenco.setFlamenco") : undefined),
  async input(context) {
    const flamenco = readFlamencoSettings(context);
    // With answers, a plan follows.
    if (context.call.input !== undefined && !context.call.isBack) startReading(context);
    const [{ minor }, { jobType, info }, { facts }, conflicts] = await Promise.all([
      readVersion(context),
      readJobType(context),
      readShots(context),
      readConflicts(context),
    ]);
    return v.object({
      ...makeJobTypeField(flamenco),
      ...makeSubmissionFields({ flamenco, minor, jobType, info, facts, conflicts }),
    });
  },
  async findProblems(context) {
    const { planned, info } = await planCheckedShots(context);
    return findRefusedField(
      planned.map(({ outcome }) => outcome),
      context.input,
      info,
    );
  },
  plan: async (context) => (await planCheckedShots(context)).planned.map(({ outcome }) => outcome),
  async confirm(context) {
    const { planned, note } = await planCheckedShots(context);
    const isMore = planned.filter(({ outcome: { state } }) => state === "planned").length > CHECKED_MAX;
    const notes = joinSentences([note, isMore && message("flamenco.checkedFirst", { count: CHECKED_MAX })]);
    return confirmRender(context, planned, readConflictChoice(context), notes);
  },
  async run(context) {
    const { planned } = await planShots(context);
    const { newShots, followed, skipped } = await claimTasks(context, planned, readConflictChoice(context));
    if (newShots.length + followed.length === 0) throw nothingToRender(skipped);
    const render = makeRun(context.run.id, newShots, skipped, followed);
    const { minor } = await readVersion(context);
    // Also while the farm can't be reached from the beginning.
    context.continueWith({ minor, render }, { controls: ["cancel"] });
    return summarizeRunning(render, "Flamenco", Date.now());
  },
  watch: async (watch, data) => {
    const { minor, render } = readStoredRun(data);
    const farm = openFarm(watch, minor);
    const { tell } = readFlamencoSettings(watch);
    const status = await pollRender(savingWith(watch, minor), render, farm, tell);
    const { picture } = readStoredRun({ minor, render: status.data }).render;
    return { ...status, data: { minor, render: status.data }, picture: picture?.address && String(picture.at) };
  },
  picture: async (watch, data) => {
    const { picture } = readStoredRun(data).render;
    return fetchPicture(readFlamencoSettings(watch), picture?.address ?? "", watch.signal);
  },
  control: async (watch, data, command) => {
    const { minor, render } = readStoredRun(data);
    const farm = openFarm(watch, minor);
    const { tell } = readFlamencoSettings(watch);
    const status = await controlRender(savingWith(watch, minor), render, farm, tell, command);
    return { ...status, data: { minor, render: status.data } };
  },
});

/** The manager's version is kept with the run, so that a poll need not ask for it. */
const StoredRun = v.object({ minor: v.number(), render: v.unknown() });

function readStoredRun(data: unknown) {
  const { minor, render } = v.parse(StoredRun, data);
  return { minor, render: readRun(FlamencoSubmission, render) };
}

const savingWith = (watch: WatchContext, minor: number): WatchContext => ({
  ...watch,
  save: (render) => watch.save({ minor, render }),
});

function openFarm(watch: WatchContext, minor: number): Farm<FlamencoSubmission> {
  const settings = readFlamencoSettings(watch);
  const { url, access } = settings;
  const manager = openFlamenco({ url, access }, watch.signal);
  const farm = makeFlamencoFarm(manager, {
    page: settings.page ?? url,
    concurrency: settings.at_once,
    minor,
    workerTag: settings.worker_tag,
    standstillLimitMs: settings.standstill_minutes * 60_000,
    localize: watch.localize,
  });
  return {
    ...farm,
    fetchPicture: async ({ id }) => {
      const address = await manager.lastRendered(id);
      if (address === undefined) return undefined;
      return new Uint8Array(await (await fetchPicture({ url, access }, address, watch.signal)).arrayBuffer());
    },
  };
}
