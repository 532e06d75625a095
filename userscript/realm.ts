/**
 * The two worlds this script may wake up in: the page's own (all of Chromium, Safari, Firefox without CSP), or Firefox's content
 * realm (Greasemonkey always, others where the page's CSP forbids inline scripts). There the page's objects are reached through
 * `wrappedJSObject`, and the page may call only functions that `exportFunction` made for it.
 */
declare const exportFunction: (<F>(give: F, target: object) => F) | undefined;
declare const unsafeWindow: unknown;

const waived = read(window, "wrappedJSObject");
const isContentRealm = typeof exportFunction === "function" && isWindow(waived);

/** The page's own window. */
export const page: typeof window = isContentRealm
  ? waived
  : typeof unsafeWindow !== "undefined" && isWindow(unsafeWindow)
    ? unsafeWindow
    : window;

/** Makes a function that the page's objects can call. */
export function giveToPage<F>(give: F): F {
  return isContentRealm ? exportFunction(give, page) : give;
}

/** Follows a path through objects of the page, which may be of any shape; undefined where it ends early. */
export function read(from: unknown, ...path: readonly (string | number)[]): unknown {
  let value = from;
  for (const key of path) {
    if (!isObject(value)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

/** Runs what must never disturb the page: an exception of ours, now or later, would end up in the studio's own error log. */
export function quietly<T>(run: () => T): T | undefined {
  try {
    const done = run();
    if (done instanceof Promise) done.catch(() => {});
    return done;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is object {
  return Object(value) === value;
}

function isWindow(value: unknown): value is typeof window {
  return isObject(value) && "XMLHttpRequest" in value;
}
