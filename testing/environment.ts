// The environment of the worker in a test: the bindings of the test's runtime, and the settings
// that the test chooses, which Durable Objects get as well.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Env } from "../worker/settings/settings.ts";
import { holdAlarms } from "./alarms.ts";
import { findOpenKitsu, KITSU_URL } from "./kitsu.ts";
import { BOT_TOKEN } from "./sample-people.ts";

/** Settings as in the `vars` of wrangler.toml, and secrets. */
export type TestSettings = Readonly<Record<string, unknown>>;

export const LOG_TOKEN = "the-log-token-of-the-tests";

/** Until a test opens Kitsu, the worker has no account there. */
export function makeEnvironment(settings: TestSettings): Env {
  // A test would reach the limits of a deployment.
  const { CALLS_BY_PERSON, CALLS_BY_ADDRESS, READS_BY_ADDRESS, SIGN_INS_BY_ADDRESS, ...bindings } = env;
  const environment = {
    ...bindings,
    KITSU_URL,
    ...(findOpenKitsu() !== undefined && { KITSU_TOKEN: BOT_TOKEN }),
    LOG_TOKEN,
    ...settings,
  };
  return Object.assign(environment, {
    LONG_RUNS: prepareObjects(env.LONG_RUNS, environment, holdAlarms),
    RUN_COORDINATORS: prepareObjects(env.RUN_COORDINATORS, environment),
    TEMPORARY_LINKS: prepareObjects(env.TEMPORARY_LINKS, environment),
  });
}

/**
 * The same namespace, whose objects get this environment instead of the runtime's before their
 * first call.
 */
function prepareObjects<T extends Rpc.DurableObjectBranded>(
  namespace: DurableObjectNamespace<T>,
  environment: object,
  prepare: (state: DurableObjectState) => void = () => undefined,
): DurableObjectNamespace<T> {
  const prepared = new Map<string, Promise<void>>();
  const prepareOnce = (stub: DurableObjectStub<T>): Promise<void> => {
    const name = stub.id.toString();
    const preparing =
      prepared.get(name) ??
      runInDurableObject(stub, (instance, state) => {
        Object.defineProperty(instance, "env", { value: environment, configurable: true });
        prepare(state);
      });
    prepared.set(name, preparing);
    return preparing;
  };
  return new Proxy(namespace, {
    get(target, key) {
      if (key === "getByName") return (name: string) => delay(target.getByName(name), prepareOnce);
      const value: unknown = Reflect.get(target, key);
      return typeof value === "function" ? (...values: unknown[]) => Reflect.apply(value, target, values) : value;
    },
  });
}

/** The same object, each of whose methods first waits for something. */
const delay = <T extends object>(object: T, wait: (object: T) => Promise<void>): T =>
  new Proxy(object, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== "function") return value;
      return async (...values: unknown[]) => {
        await wait(target);
        return Reflect.apply(value, target, values);
      };
    },
  });
