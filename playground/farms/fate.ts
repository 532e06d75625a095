/** Whether a render fails depends on its name, so that the same shots fail each time. */

export type Fate = {
  /** after this many frames of the task */
  after: number;
  what: "fails" | "stalls";
  /** the message of the program that renders it */
  says: string;
  /** it succeeds when a person requests it again */
  isLuck: boolean;
  /** its program prints nothing else */
  isQuiet?: boolean;
};

const OUT_OF_MEMORY = "Error: Cycles: out of memory";
const UNREADABLE = "Error: Cannot read the blend file: it is broken, or not complete";

const LOST_CACHE = "Error: Cannot open the cache of the smoke: no such file";
const NO_CODEC = "Error: no such codec: libx264";

const BROKEN = /broken/i;
/**
 * In each sequence of the playground, SH0040 is too large for a graphics card, SH0050 lacks the
 * cache of one frame, SH0060 waits for a license, and SH0070 can't get a preview movie.
 */
const TOO_LARGE = /sh0?040(?!\d)/i;
const GAPPED = /sh0?050(?!\d)/i;
const WAITING = /sh0?060(?!\d)/i;
const MOVIELESS = /sh0?070(?!\d)/i;

/**
 * @param names text that names the shot: the job's name, the paths
 * @returns the fate of each task that has one
 */
export function fatesOf(names: string, tasks: number): (Fate | undefined)[] {
  return Array.from({ length: tasks }, (_, index) => {
    if (BROKEN.test(names)) return { after: 0, what: "fails", says: UNREADABLE, isLuck: false };
    // The second half fails, so the first half stays done.
    if (TOO_LARGE.test(names) && index >= Math.floor(tasks / 2))
      return { after: 1, what: "fails", says: OUT_OF_MEMORY, isLuck: true };
    // So few that Flamenco never marks the job as failed.
    if (GAPPED.test(names) && index === Math.floor(tasks / 2))
      return { after: 1, what: "fails", says: LOST_CACHE, isLuck: true };
    if (WAITING.test(names) && index === Math.floor(tasks / 2)) {
      return { after: 1, what: "stalls", says: "Waiting for a license of the denoiser …", isLuck: true };
    }
    return undefined;
  });
}

/** The fate of the movie that Flamenco makes of the frames. */
export const movieFateOf = (names: string): Fate | undefined =>
  MOVIELESS.test(names) ? { after: 0, what: "fails", says: NO_CODEC, isLuck: true } : undefined;

/** The fate that a task has reached. A task that is too short reaches it at its last frame. */
export function reachedFate({
  fate,
  done,
  size,
}: {
  fate: Fate | undefined;
  done: number;
  size: number;
}): Fate["what"] | undefined {
  return fate && done >= Math.min(fate.after, size - 1) ? fate.what : undefined;
}
