import { vi } from "vitest";

/**
 * Stops the clock of an action's time limit.
 * @param seconds the limit in the settings, or its default
 * @returns a function that ends the time limit
 */
export function holdTimeLimit(seconds = 25): () => void {
  const { setTimeout } = globalThis;
  const expired = Promise.withResolvers<void>();
  vi.spyOn(globalThis, "setTimeout").mockImplementation((callback, delay, ...rest) => {
    if (delay !== seconds * 1_000) return Reflect.apply(setTimeout, globalThis, [callback, delay, ...rest]);
    void expired.promise.then(callback);
    return setTimeout(() => undefined);
  });
  return expired.resolve;
}
