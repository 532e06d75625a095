// Polls the jobs of a run on its farm, and the runs whose renders it follows.
import type { Farm, JobQuery, JobStatus } from "./farm.ts";
import { asRetryable, type RenderPass } from "./render-pass.ts";
import type { RenderRun } from "./render-run.ts";
import { applyFollowedRun, applyStatus, hasEnded, type Shot } from "./shot.ts";
import { giveUpStalled, updateStandstill } from "./standstill.ts";

/** No poll starts this long after the pass started: the jobs are polled in the next pass. */
const POLL_START_MAX_MS = 14_000;
const PICTURE_EVERY_MS = 10_000;
/** Queued jobs are polled less often if each job costs a request. */
const QUEUED_EVERY_MS = 20_000;
/** A restarted job may look failed for this long: some farms answer before they restart it. */
const RESTART_MS = 5_000;

export async function pollJobs<Submission>(pass: RenderPass<Submission>): Promise<void> {
  const { context, run, farm, now } = pass;
  const polled = listPollable(run, now(), farm).slice(0, farm.pollLimit);
  if (polled.length === 0 || !hasTimeToPoll(pass)) return;
  const statuses = await asRetryable(() => farm.poll(polled.map(({ query }) => query)));
  context.signal.throwIfAborted();
  for (const { shot, query } of polled) {
    const status = statuses.get(query.job.id);
    if (status !== undefined) updateShot(shot, status, now());
  }
  giveUpStalled(run.shots, farm);
}

const hasTimeToPoll = <Submission>({ now, startedAt }: RenderPass<Submission>) =>
  now() - startedAt <= POLL_START_MAX_MS;

/** The shots that can be polled, those polled longest ago first. */
function listPollable<Submission>(
  { shots }: RenderRun<Submission>,
  now: number,
  farm: Farm<Submission>,
): { shot: Shot<Submission>; query: JobQuery }[] {
  const isPostponed = ({ status, polledAt = 0 }: Shot<Submission>) =>
    farm.pollLimit !== undefined && status?.isQueued === true && now - polledAt < QUEUED_EVERY_MS;
  const isPollable = ({ state, pendingCommand, restartedAt = 0 }: Shot<Submission>) =>
    state === "sent" && pendingCommand !== "restart" && now - restartedAt >= RESTART_MS;
  return shots
    .flatMap((shot) => {
      const { job, jobKey, status, standstill } = shot;
      return isPollable(shot) && !isPostponed(shot) && job !== undefined
        ? [{ shot, query: { job, jobKey, lastStatus: status, standstillMs: standstill?.ms } }]
        : [];
    })
    .sort((a, b) => (a.shot.polledAt ?? 0) - (b.shot.polledAt ?? 0));
}

function updateShot<Submission>(shot: Shot<Submission>, status: JobStatus | "gone", now: number): void {
  const doneBefore = shot.status?.done ?? 0;
  applyStatus(shot, status);
  updateStandstill(shot, doneBefore, now);
}

/** Takes the status of followed shots from the runs that render them. */
export async function pollFollowedRuns<Submission>({ context, run, startedAt }: RenderPass<Submission>): Promise<void> {
  const open = run.shots.filter((shot) => !hasEnded(shot));
  const followedRuns = new Set(open.flatMap(({ followedRun }) => followedRun ?? []));
  for (const followedRun of followedRuns) {
    const reply = await context.readRunReply(followedRun);
    for (const shot of open) if (shot.followedRun === followedRun) applyFollowedRun(shot, reply, startedAt);
  }
}

/** Finds the newest picture of the first running shot. A missing picture is not an error. */
export async function pollPicture<Submission>(pass: RenderPass<Submission>): Promise<void> {
  const { run, farm, now } = pass;
  if (!hasTimeToPoll(pass)) return;
  const isRunning = (shot: Shot<Submission>) =>
    !hasEnded(shot) && shot.status?.state === "running" && shot.status.done > 0;
  const { job } = run.shots.find(isRunning) ?? {};
  if (farm.findPictureUrl === undefined || job === undefined) return;
  const at = now();
  if (at - (run.picture?.at ?? 0) < PICTURE_EVERY_MS) return;
  const address = await farm.findPictureUrl(job).catch(() => undefined);
  run.picture = { address: address ?? run.picture?.address, at };
}
