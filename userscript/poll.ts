/** Asking the worker what has become of something, as nobody in particular: an address of its own is the right to know. */

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Sleeps, or less long if the browser is online again meanwhile. True: it is. */
export function wake(milliseconds: number): Promise<boolean> {
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

export function ask(url: string, more?: RequestInit): Promise<Response> {
  return fetch(url, { credentials: "omit", cache: "no-store", ...more });
}
