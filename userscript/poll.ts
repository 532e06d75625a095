/** Asking the worker what has become of something, as nobody in particular: an address of its own is the right to know. */

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

export function ask(url: string, more?: RequestInit): Promise<Response> {
  return fetch(url, { credentials: "omit", cache: "no-store", ...more });
}
