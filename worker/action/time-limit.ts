// Takes work and a limit, and returns the work's result or throws when the time is up.
import { Failure } from "../failure.ts";

/** Throws when the time is up, even if the work ignores the signal. */
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
        text: `${title} was still running after ${limitMs / 1_000} seconds and was stopped.`,
        advice: "Part of it may be done: check before you run it again. Fewer tasks take less time.",
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
