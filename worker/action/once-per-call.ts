// What several functions of an action need, made only once for each call.
import type { Call } from "../request/call.ts";

type CallContext = { call: Call };

/** Returns `make`, but for each call only the first result, which may be a promise. */
export function oncePerCall<C extends CallContext, T>(make: (context: C) => T): (context: C) => T {
  const results = new WeakMap<Call, { result: T }>();
  return (context) => {
    const made = results.get(context.call) ?? { result: make(context) };
    results.set(context.call, made);
    return made.result;
  };
}
