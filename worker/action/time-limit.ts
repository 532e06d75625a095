import { Failure } from "../failure.ts";

/** Ends the work when its time is over, whether it listens to the signal or not. */
export async function withTimeLimit<T>(
  title: string,
  limitMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  let timer: ReturnType<typeof setTimeout> | null = null;
  const overtime = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const failure = new Failure("time-limit", {
        text: `${title} was still at work after ${limitMs / 1_000} seconds, and was stopped.`,
        advice: "Part of it may be done: look before you run it again. Fewer tasks take less time.",
      });
      reject(failure);
      abort.abort(failure);
    }, limitMs);
  });
  try {
    return await Promise.race([work(abort.signal), overtime]);
  } finally {
    clearTimeout(timer);
  }
}
