/** Follows one run: by its socket while that holds, by asking where it does not, or where it has none. */

import { wake } from "./poll.ts";
import { quietly } from "./realm.ts";
import { isOld, look, settle } from "./run-state.ts";
import type { Following } from "./tracked-runs.ts";

/** Before it is tried anew; twice as long each time, up to a limit. */
const WAIT_MS = 1_000;
const WAIT_MAX_MS = 15_000;
/** What nobody may ever know is asked for less often. */
const LOST_WAIT_MAX_MS = 60_000;
/** What says nothing for so long may be dead without knowing. */
const QUIET_MAX_MS = 30_000;
/** Nothing is said of a connection that comes back within this, and no answer is waited for any longer. */
const LOST_AFTER_MS = 10_000;

/**
 * @param tell gets each answer as it came; "" when the run is not known any more, undefined when nobody answers
 * @returns what ends it
 */
export function follow(
  { url, socket: address, at, run, attempt }: Following,
  tell: (answer?: string) => void,
): () => undefined {
  let isOver = false;
  let isRunning = false;
  let wait = WAIT_MS;
  let socket: WebSocket | undefined;
  let doubt: ReturnType<typeof setTimeout> | undefined;
  quietly(async () => {
    while (!isOver) {
      if (address) await listen().catch(() => {});
      if (!isOver) await (address ? lookForWork() : lookForLost());
      // Back online is worth another look at once.
      if (await wake(wait)) wait = WAIT_MS;
      else wait = Math.min(wait * 2, address || isRunning ? WAIT_MAX_MS : LOST_WAIT_MAX_MS);
    }
  });
  return () => {
    isOver = true;
    socket?.close();
  };

  /** Until the socket is closed, or can't be had. */
  function listen(): Promise<void> {
    return new Promise((resolve) => {
      let timer = setTimeout(end, QUIET_MAX_MS);
      socket = new WebSocket(address);
      socket.onclose = socket.onerror = end;
      socket.onmessage = ({ data }) => {
        wait = WAIT_MS;
        clearTimeout(timer);
        timer = setTimeout(end, QUIET_MAX_MS);
        hear(String(data));
      };

      function end(): void {
        clearTimeout(timer);
        socket?.close();
        resolve();
      }
    });
  }

  async function lookForWork(): Promise<void> {
    const found = await look(url);
    if (typeof found === "object") return hear(found.raw);
    if (found === "unknown") return hear("");
    doubt ??= setTimeout(() => hear(undefined), LOST_AFTER_MS);
  }

  async function lookForLost(): Promise<void> {
    const found = await settle({ run, attempt }, at);
    isRunning = typeof found === "object";
    if (typeof found === "object") return hear(found.raw);
    // A laptop that wakes up may take a while to be online.
    hear(isOld(at) && found !== "silence" ? "" : undefined);
  }

  function hear(answer: string | undefined): void {
    if (answer !== undefined) {
      clearTimeout(doubt);
      doubt = undefined;
    }
    if (!isOver) quietly(() => tell(answer));
  }
}
