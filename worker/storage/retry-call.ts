/**
 * Calls a Durable Object, and once more if that fails: a deployment resets the object, and breaks
 * what was connected to it. So `call` connects each time.
 */
export const retryCall = <T>(call: () => Promise<T>): Promise<T> => call().catch(call);
