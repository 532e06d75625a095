/** What becomes of a render, by what it is called: the same shots go wrong each time, so that it can be shown and tested. */

export type Fate = {
  /** after as many frames of its task */
  after: number;
  what: "fails" | "stalls";
  /** as the program that rendered it says it */
  says: string;
  /** it is over once a person has asked for it again */
  isLuck: boolean;
  /** its program prints nothing beside */
  isQuiet?: boolean;
};

const OUT_OF_MEMORY = "Error: Cycles: out of memory";
const UNREADABLE = "Error: Cannot read the blend file: it is broken, or not complete";

const LOST_CACHE = "Error: Cannot open the cache of the smoke: no such file";
const NO_CODEC = "Error: no such codec: libx264";

const BROKEN = /broken/i;
/**
 * In the data of the playground, SH0040 of each sequence has more in it than a graphics card takes, SH0050 lacks the cache of one frame, SH0060 waits
 * for a licence, and of SH0070 no preview movie can be made.
 */
const TOO_LARGE = /sh0?040(?!\d)/i;
const GAPPED = /sh0?050(?!\d)/i;
const WAITING = /sh0?060(?!\d)/i;
const MOVIELESS = /sh0?070(?!\d)/i;

/**
 * @param told whatever names the shot: the job's name, the paths
 * @returns the fate of each task, where it has one
 */
export function fatesOf(told: string, tasks: number): (Fate | undefined)[] {
  return Array.from({ length: tasks }, (_, index) => {
    if (BROKEN.test(told)) return { after: 0, what: "fails", says: UNREADABLE, isLuck: false };
    // The second half: what is done by then stays done.
    if (TOO_LARGE.test(told) && index >= Math.floor(tasks / 2))
      return { after: 1, what: "fails", says: OUT_OF_MEMORY, isLuck: true };
    // So few that Flamenco never calls the job failed.
    if (GAPPED.test(told) && index === Math.floor(tasks / 2))
      return { after: 1, what: "fails", says: LOST_CACHE, isLuck: true };
    if (WAITING.test(told) && index === Math.floor(tasks / 2)) {
      return { after: 1, what: "stalls", says: "Waiting for a licence of the denoiser …", isLuck: true };
    }
    return undefined;
  });
}

/** Of the movie that Flamenco makes of the frames. */
export const movieFateOf = (told: string): Fate | undefined =>
  MOVIELESS.test(told) ? { after: 0, what: "fails", says: NO_CODEC, isLuck: true } : undefined;

/** What happens to it now. A task shorter than its fate meets it at its last frame. */
export function meets({
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
