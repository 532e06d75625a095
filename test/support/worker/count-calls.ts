// Counts the calls that the worker makes to Durable Objects.

type Method = (...values: unknown[]) => unknown;

/** The same object. `around` gets each of its methods when it is called. */
function intercept<T extends object>(target: T, around: (name: string, method: Method) => Method): T {
  return new Proxy(target, {
    get(_, key) {
      const value: unknown = Reflect.get(target, key);
      return typeof value === "function"
        ? around(String(key), (...values) => Reflect.apply(value, target, values))
        : value;
    },
  });
}

/** The same namespace. `calls` gets the name of each method that is called on an object of it. */
export function countCalls<T extends object>(namespace: T, calls: string[]): T {
  const count = (stub: object) =>
    intercept(stub, (name, method) => (...values) => {
      calls.push(name);
      return method(...values);
    });
  return intercept(namespace, (name, method) => (...values) => {
    const result = method(...values);
    return name === "getByName" && typeof result === "object" && result !== null ? count(result) : result;
  });
}
