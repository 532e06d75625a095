/** Requests to the worker without a session: the address itself is the permission to read. */

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Sleeps, but only until the browser is online again. Returns whether that happened. */
export function sleepOrOnline(milliseconds: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => end(false), milliseconds);
    const back = () => end(true);
    addEventListener("online", back);
    function end(isBack: boolean): void {
      clearTimeout(timer);
      removeEventListener("online", back);
      resolve(isBack);
    }
  });
}

export function fetchWithoutSession(url: string, more?: RequestInit): Promise<Response> {
  return fetch(url, { credentials: "omit", cache: "no-store", ...more });
}
