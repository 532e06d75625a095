/**
 * The script runs in one of two JavaScript realms: the page's own (Chromium, Safari, and Firefox
 * without a CSP), or Firefox's content realm (always in Greasemonkey, in other managers if the
 * page's CSP forbids inline scripts). In the content realm, `wrappedJSObject` gives access to the
 * page's objects, and the page can only call functions that `exportFunction` created for it.
 */
declare const exportFunction: (<F>(callback: F, target: object) => F) | undefined;
declare const unsafeWindow: unknown;

const waived = readPath(window, "wrappedJSObject");
const isContentRealm = typeof exportFunction === "function" && isWindow(waived);

/** The page's own window. */
export const page: typeof window = isContentRealm
  ? waived
  : typeof unsafeWindow !== "undefined" && isWindow(unsafeWindow)
    ? unsafeWindow
    : window;

/** Returns a function that the page's objects can call. */
export function exportToPage<F>(callback: F): F {
  return isContentRealm ? exportFunction(callback, page) : callback;
}

/**
 * Reads a path through the page's objects, which may have any shape. Returns undefined if it ends
 * early.
 */
export function readPath(from: unknown, ...path: readonly (string | number)[]): unknown {
  let value = from;
  for (const key of path) {
    if (!isObject(value)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

/**
 * Swallows exceptions and rejections: in Kitsu's page they would end up in the studio's error log.
 */
export function ignoreErrors<T>(run: () => T): T | undefined {
  try {
    const result = run();
    if (result instanceof Promise) result.catch(() => {});
    return result;
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
