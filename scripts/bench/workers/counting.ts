// Counts the operations on bindings, and how many of them, and of the isolate's requests, are
// waiting for an answer.
import type { Env } from "../../../worker/settings/settings.ts";

/** Durable Objects by binding, as in wrangler.toml. */
const CLASSES: Readonly<Record<string, string>> = {
  RUN_COORDINATORS: "RunCoordinator",
  TEMPORARY_LINKS: "TemporaryLink",
  LONG_RUNS: "LongRun",
  LOCKS: "Locks",
  ACTION_USE: "ActionUse",
};

const counts = new Map<string, number>();
const pending = { operations: 0, requests: 0 };

export const readCounts = () => ({ counts: Object.fromEntries(counts), pending });

/** @param at the time of the call, in epoch milliseconds */
export function beginCall(at: number): null {
  now = at;
  counts.clear();
  return null;
}

const counted = new WeakMap<Env, Env>();

/** The same environment, whose operations are counted. */
export function countBindings(env: Env): Env {
  const known = counted.get(env);
  if (known !== undefined) return known;
  const entries = Object.entries(env).map(([name, value]) => [name, countBinding(name, value)]);
  const made = Object.assign({ ...env }, Object.fromEntries(entries));
  counted.set(env, made);
  return made;
}

function countBinding(name: string, binding: unknown): unknown {
  if (typeof binding !== "object" || binding === null) return binding;
  const className = CLASSES[name];
  if (className !== undefined) return countNamespace(binding, className);
  return name === "RUNS" ? countMethods(binding, name) : binding;
}

/** A namespace of Durable Objects: what counts are the calls of its stubs. */
const countNamespace = (namespace: object, className: string) =>
  replaceMethods(namespace, (method) => (name, args) => {
    const result = method(args);
    return (name === "getByName" || name === "get") && isObject(result) ? countMethods(result, className) : result;
  });

const countMethods = (target: object, owner: string) =>
  replaceMethods(target, (method) => (name, args) => {
    count(`${owner}.${name}`);
    return wait("operations", method(args));
  });

type Call = (args: readonly unknown[]) => unknown;

function replaceMethods(target: object, replace: (call: Call) => (name: string, args: readonly unknown[]) => unknown) {
  return new Proxy(target, {
    get(_, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== "function" || typeof key !== "string") return value;
      const call = replace((args) => Reflect.apply(value, target, args));
      return (...args: unknown[]) => call(key, args);
    },
  });
}

export function countFetch(): void {
  const { fetch } = globalThis;
  Object.assign(globalThis, {
    fetch: (...args: Parameters<typeof fetch>) => wait("requests", fetch(...args)),
  });
}

let now = 0;

/**
 * Time stands still during a call, so that nothing depends on the speed of the machine: neither
 * what is still fresh in a cache, nor how much time an action has left.
 */
export function stopClock(): void {
  Date.now = () => now;
}

/** Returns the promise itself: a promise of a Durable Object can do more than others. */
function wait<T>(what: keyof typeof pending, promise: T): T {
  if (!(promise instanceof Object && "then" in promise)) return promise;
  pending[what] += 1;
  const end = () => {
    pending[what] -= 1;
  };
  Promise.resolve(promise).then(end, end);
  return promise;
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

function count(name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
