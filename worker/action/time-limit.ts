// Takes work and a limit, and returns the work's result or throws when the time is up.
import { Failure } from "../format/failure.ts";
import { message, type Text } from "../format/message.ts";

/** Throws when the time is up, even if the work ignores the signal. */
export async function withTimeLimit<T>(
  title: Text,
  limitMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  let timer: ReturnType<typeof setTimeout> | null = null;
  const overtime = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const failure = new Failure("time-limit", {
        text: message("failures.stopped", { title, seconds: limitMs / 1_000 }),
        advice: message("failures.checkFewerTasks"),
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
