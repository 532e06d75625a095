// What is known of a run by its id alone, from the moment its call arrives: that it is at work, how it ended, that it was interrupted, or that it
// never ran and never will. It is kept in the run's Durable Object, so every place of Cloudflare's knows the same, and no log has to be read.
import * as v from "valibot";
import { Reply, Run } from "../contract.ts";

/** One request that is at work for the run. Times are epoch milliseconds; after `until` it must be dead. */
const AtWork = v.object({ token: v.string(), since: v.number(), until: v.number() });

const Registered = v.object({
  /** when the run began, and of which action */
  at: v.number(),
  action: v.string(),
  atWork: v.array(AtWork),
  /** how its last request ended, in words that may be shown to anybody who knows the id */
  over: v.optional(v.object({ reply: Reply, offers: v.pick(Run, ["retry", "undo"]) })),
  isInterrupted: v.optional(v.boolean()),
});
type Registered = v.InferOutput<typeof Registered>;

/** What a request says when it arrives. `token` is its own, `at` when it arrived, `until` when it is over at the latest. */
export type Arriving = { token: string; at: number; action: string; until: number };

/** How a run ended, or stands, by a request, and what can still be done about it. */
export type Over = NonNullable<Registered["over"]>;

export type RunState =
  | { state: "unknown" | "void" }
  | { state: "running"; at: number; action: string; since: number }
  | { state: "interrupted"; at: number; action: string }
  | ({ state: "over"; at: number; action: string } & Over);

/** A request that is sent over and over under one id can't fill the storage. */
const AT_WORK_MAX = 20;

export class Registry {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** False: somebody was told that this run did not run, and so it never will. */
  async arrive({ token, at, action, until }: Arriving): Promise<boolean> {
    if (await this.#isVoid()) return false;
    const known = await this.#read();
    const atWork = [...(known?.atWork ?? []), { token, since: Date.now(), until }].slice(-AT_WORK_MAX);
    await this.#write({ ...(known ?? { at, action }), atWork });
    return true;
  }

  /** @param over how the run ended by this request; absent where this request is not what the run is about */
  async leave(token: string, over?: Over & { at: number; action: string }): Promise<void> {
    const known = await this.#read();
    const atWork = (known?.atWork ?? []).filter((one) => one.token !== token);
    if (over !== undefined) {
      const { at, action, reply, offers } = over;
      await this.#write({ at, action, atWork, over: { reply, offers } });
    } else if (known !== undefined && (atWork.length > 0 || known.over !== undefined)) await this.#write({ ...known, atWork });
    else await this.#storage.delete("registered");
  }

  async read(now = Date.now()): Promise<RunState> {
    const known = await this.#read();
    if (known === undefined) return { state: (await this.#isVoid()) ? "void" : "unknown" };
    const { at, action, atWork, over, isInterrupted } = known;
    const alive = atWork.filter(({ until }) => until > now);
    if (alive.length > 0) return { state: "running", at, action, since: Math.min(...alive.map(({ since }) => since)) };
    if (over === undefined || isInterrupted || atWork.length > 0) return { state: "interrupted", at, action };
    return { state: "over", at, action, ...over };
  }

  /** From now on no call of this id is run, unless one has arrived. */
  async void(): Promise<RunState> {
    if ((await this.read()).state === "unknown") await this.#storage.put("void", true);
    return this.read();
  }

  /** Ends what must be dead. True: there was something. */
  async bury(now = Date.now()): Promise<boolean> {
    const known = await this.#read();
    const alive = known?.atWork.filter(({ until }) => until > now) ?? [];
    if (known === undefined || alive.length === known.atWork.length) return false;
    await this.#write({ ...known, atWork: alive, isInterrupted: true });
    return true;
  }

  /** When there is something to bury next, in epoch milliseconds. */
  async nextBurial(): Promise<number | undefined> {
    const times = (await this.#read())?.atWork.map(({ until }) => until) ?? [];
    return times.length === 0 ? undefined : Math.min(...times);
  }

  async #isVoid(): Promise<boolean> {
    return (await this.#storage.get("void")) === true;
  }

  async #read(): Promise<Registered | undefined> {
    const parsed = v.safeParse(Registered, await this.#storage.get("registered"));
    return parsed.success ? parsed.output : undefined;
  }

  #write(known: Registered): Promise<void> {
    return this.#storage.put("registered", known);
  }
}
