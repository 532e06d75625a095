// What every render farm must be able to do for us, so that "submitted once, followed to the end" is written once, in render.ts.

/** How a farm names what it took. `serial` where ids are used again. */
export type JobRef = { id: string; serial?: number | undefined };

export type JobState = "waiting" | "running" | "paused" | "done" | "failed" | "canceled";

/** How one shot stands on the farm. Frames are counted, or whatever the farm counts. */
export type JobStanding = {
  state: JobState;
  done: number;
  /** 0 where the farm can't tell how far it is: what was known before is shown on */
  total: number;
  /** it is still being paused, and can't be told to go on until it is */
  isPausing?: boolean | undefined;
  /** the farm's own words, where something is wrong */
  reason?: string | undefined;
  /** `waiting` only: why nothing of it is being rendered, as far as the farm tells: "no machine is awake" */
  hindrance?: string | undefined;
  /** `waiting` only: the machines are at work on other jobs, so its turn may still come, however long that takes */
  isQueued?: boolean | undefined;
  /** `done` only: what is missing although all frames are there: "The preview movie was not made" */
  flaw?: string | undefined;
  /** the farm's page of it, for people */
  url?: string | undefined;
  /** when the farm was last asked for more than the job itself, in epoch milliseconds: for the farm's own use */
  checkedAt?: number | undefined;
  /** what the farm is to know of it at the next look: for the farm's own use */
  memo?: Memo | undefined;
};
export type Memo = Readonly<Record<string, string | number>>;

/** One job to look at, with what was known of it before. */
export type Look = {
  job: JobRef;
  mark: string;
  standing?: JobStanding | undefined;
  /** for how long nothing of it has moved, in milliseconds */
  stillMs?: number | undefined;
};

/** What can be asked of one job. `restart` has what failed of it rendered again; what is done is kept. */
export type JobControl = "cancel" | "pause" | "resume" | "restart";

/**
 * @template Order what is sent for one shot: checked before the run begins, and JSON
 * Every function throws a Failure: one with `retry` where the farm can't be reached, or may have taken what was sent. A `submit` must give up after
 * ANSWER_MAX_MS, for what is not known to have arrived is looked for, and sent again, only some time after that.
 */
export type Farm<Order> = {
  /** "Flamenco" */
  title: string;
  /** how many requests at once */
  atOnce: number;
  /** Some can't halt a job. Nobody is offered to pause where this is absent or false. */
  canPause?: boolean | undefined;
  /** Sends one shot. `mark` is written into it, so that it can be found again. */
  submit(order: Order, mark: string): Promise<JobRef>;
  /** Which of these marks the farm has: asked before anything is sent, for all that is still to be sent. */
  find(marks: readonly string[]): Promise<ReadonlyMap<string, JobRef>>;
  /** At most so many jobs are looked at in one go, those first that were not looked at for longest. All of them where it is absent. */
  looksMost?: number | undefined;
  /** How long nothing of a shot may move before it is given up. */
  standstillMs: number;
  /**
   * How these stand, by their ids: "gone" where the farm no longer has the job, or it is another's by now. One that is absent was not looked at. The
   * state is what the tasks of the job do, whatever the farm calls the job: one that can't go on is `failed`, and what is rendered is `done`.
   */
  look(jobs: readonly Look[]): Promise<ReadonlyMap<string, JobStanding | "gone">>;
  /**
   * Throws where the farm does not allow it in the state the shot is in; what is so already is no error, for it may be asked twice. "later" where it
   * is still being paused, and can't be told to go on until it is.
   */
  control(job: JobRef, mark: string, what: JobControl): Promise<"later" | undefined>;
  /** The newest picture of this job, as an address of the farm's; absent where there is none. Asked now and then for what is running. */
  picture?: ((job: JobRef) => Promise<string | undefined>) | undefined;
  /** That picture itself, asked once when the job is over. */
  fetchPicture?: ((job: JobRef) => Promise<Uint8Array<ArrayBuffer> | undefined>) | undefined;
};

/** The longest wait for a farm's answer. */
export const ANSWER_MAX_MS = 8_000;
