// Holds the worker's requests until all that it can send at once have arrived, and then lets them
// pass together: that is one round. How long an answer takes plays no part.

export type Arrival = {
  /** the isolate that sent it */
  isolate: string;
  server: string;
  method: string;
  /** with its query */
  path: string;
};

export class Gate {
  /** Open, it lets everything pass and records nothing. */
  isOpen = true;
  #held: { arrival: Arrival; pass: () => void }[] = [];

  /** Resolves when the request may pass. */
  wait(arrival: Arrival): Promise<void> | undefined {
    if (this.isOpen) return undefined;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held.push({ arrival, pass: resolve });
    return promise;
  }

  get held(): readonly Arrival[] {
    return this.#held.map(({ arrival }) => arrival);
  }

  /** Lets everything pass that is held, and returns it. */
  release(): Arrival[] {
    const released = this.#held;
    this.#held = [];
    for (const { pass } of released) pass();
    return released.map(({ arrival }) => arrival);
  }
}
