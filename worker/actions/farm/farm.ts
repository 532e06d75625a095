// What a render farm must offer, so that submitting once and following to the end are written
// once, in render.ts.
import type { Text } from "../../format/message.ts";

/** A job on a farm. `serial` is set if the farm reuses ids. */
export type JobRef = { id: string; serial?: number | undefined };

export type JobState = "waiting" | "running" | "paused" | "done" | "failed" | "canceled";

/** The status of one job. Progress is in frames, or in whatever the farm counts. */
export type JobStatus = {
  state: JobState;
  done: number;
  /** 0 if the farm can't tell: the last known progress is shown instead */
  total: number;
  /** it is being paused, and can't be resumed until it is paused */
  isPausing?: boolean | undefined;
  /** what is wrong: a sentence without its period, or the farm's own words */
  reason?: Text | undefined;
  /**
   * `waiting` only: why no machine renders it, as far as the farm tells: "No machine is awake". It
   * is also shown after a colon.
   */
  waitReason?: Text | undefined;
  /** `waiting` only: the machines are busy with other jobs, so waiting is normal */
  isQueued?: boolean | undefined;
  /** `done` only: what is missing besides the frames: "The preview movie was not made" */
  warning?: Text | undefined;
  /** the farm's page for the job */
  url?: string | undefined;
  /** for the farm: when it last read more than the job itself, in epoch milliseconds */
  checkedAt?: number | undefined;
  /** for the farm: what it needs to know at the next poll */
  memo?: Memo | undefined;
};
export type Memo = Readonly<Record<string, string | number>>;

/** A job to poll, with its last known status. */
export type JobQuery = {
  job: JobRef;
  jobKey: string;
  lastStatus?: JobStatus | undefined;
  /** how long the job has made no progress, in milliseconds */
  standstillMs?: number | undefined;
};

/**
 * What can be done to a job. `restart` renders its failed parts again and keeps the finished ones.
 */
export type JobCommand = "cancel" | "pause" | "resume" | "restart";

/**
 * Every function throws a Failure. Its `retry` is true if the farm can't be reached, or if it may
 * have received what was sent. `submit` must give up after ANSWER_MAX_MS: an unconfirmed submission
 * is searched for, and sent again, only some time later.
 * @template Submission what is sent for one shot: checked before the run starts, and plain JSON
 */
export type Farm<Submission> = {
  /** "Flamenco" */
  title: string;
  /** how many requests may be in flight */
  concurrency: number;
  /** Whether jobs can be paused. Pausing is not offered otherwise. */
  canPause?: boolean | undefined;
  /** Submits one shot. `jobKey` is stored in the job, so that the job can be found again. */
  submit(submission: Submission, jobKey: string): Promise<JobRef>;
  /** The jobs with these keys. Called before submitting, for all shots that may have arrived. */
  find(jobKeys: readonly string[]): Promise<ReadonlyMap<string, JobRef>>;
  /** The most jobs in one poll; those polled longest ago come first. No limit if absent. */
  pollLimit?: number | undefined;
  /** How long a shot may make no progress before it is given up. */
  standstillLimitMs: number;
  /**
   * The statuses by job id: "gone" if the farm no longer has the job, or reused its id. A job that
   * is absent was not polled. The state reflects the tasks of the job, not the farm's own label: a
   * job that can't continue is `failed`, and one whose frames are rendered is `done`.
   */
  poll(jobs: readonly JobQuery[]): Promise<ReadonlyMap<string, JobStatus | "gone">>;
  /**
   * Throws if the farm does not allow the command in the job's state. A command may be sent twice,
   * so a job that is already in the wanted state is not an error. Returns "later" if the job is
   * still being paused and can't be resumed yet.
   */
  control(job: JobRef, jobKey: string, command: JobCommand): Promise<"later" | undefined>;
  /** The farm's address of the newest picture of a job. Called now and then for a running job. */
  findPictureUrl?: ((job: JobRef) => Promise<string | undefined>) | undefined;
  /** The picture itself. Called once, when the job has ended. */
  fetchPicture?: ((job: JobRef) => Promise<Uint8Array<ArrayBuffer> | undefined>) | undefined;
};

/** The longest wait for a farm's answer. */
export const ANSWER_MAX_MS = 8_000;
