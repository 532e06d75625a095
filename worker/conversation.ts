// A run that is more than one request: it was asked about, agreed to, perhaps taken back. One Durable Object per run, because "once" needs one
// place where it is decided; KV can't. It forgets a day later, or a day after what it began must be
// over; what is worth keeping is in the log.
import { DurableObject } from "cloudflare:workers";
import { Failure } from "./failure.ts";
import { type Env, readSettings } from "./settings.ts";

/** Whose run of what it is. A person is unknown where nothing is checked. */
export type Beginning = { at: number; action: string; person?: string | undefined };

/** What the person was shown: the mark they send back when they agree, and a line for each task. */
export type Shown = { mark: string; lines: Record<string, string> };

/** `data` is JSON. */
export type StoredUndo = { data: string; until: number };
/** `lost`: there never was one, or it is too late. `data` is JSON. */
export type UndoTurn = { state: "ready"; data: string } | { state: "lost" | "running" | "undone" };

const FORGET_AFTER_MS = 86_400_000;
/** A turn that takes longer than any action may has died. */
const TURN_MAX_MS = 600_000;
/** Storage takes 2 MB a value; then a change is told without what was before. */
const LINES_MAX_CHARS = 1_500_000;

export class Conversation extends DurableObject<Env> {
  /** Remembers whose run this is, and what they were shown. What was first stays. */
  async open(beginning: Beginning, shown?: Shown): Promise<void> {
    const { storage } = this.ctx;
    if ((await storage.get("beginning")) === undefined) await storage.put("beginning", beginning);
    if (shown !== undefined) {
      const isLong = JSON.stringify(shown.lines).length > LINES_MAX_CHARS;
      await storage.put("shown", isLong ? { ...shown, lines: {} } : shown);
    }
    // Never sooner than was said before.
    await storage.setAlarm(Math.max((await storage.getAlarm()) ?? 0, Date.now() + FORGET_AFTER_MS));
  }

  async read(): Promise<{ beginning: Beginning | undefined; shown: Shown | undefined; isTaken: boolean }> {
    const { storage } = this.ctx;
    const [beginning, shown] = [await storage.get<Beginning>("beginning"), await storage.get<Shown>("shown")];
    return { beginning, shown, isTaken: (await storage.get("turn")) !== undefined };
  }

  /** Takes the one turn this run has; where somebody has it, or had it, that beginning. */
  async begin(beginning: Beginning): Promise<Beginning | undefined> {
    const { storage } = this.ctx;
    if ((await storage.get("turn")) !== undefined) return (await this.read()).beginning ?? beginning;
    await storage.put("turn", "taken");
    await this.open(beginning);
    // Once only, for as long as what it began may go on.
    await storage.setAlarm(Date.now() + readSettings(this.env).longRunLimitMs + FORGET_AFTER_MS);
    return undefined;
  }

  /** Nothing was done: the run asks something else first. */
  async reopen(): Promise<void> {
    await this.ctx.storage.delete("turn");
  }

  /** The run can be taken back. */
  async keepUndo(beginning: Beginning, undo: StoredUndo): Promise<void> {
    await this.open(beginning);
    await this.ctx.storage.put("undo", undo);
  }

  /** Gives what the undo needs to the first who asks; again only after `endUndo` said that nothing came of it. */
  async takeUndo(): Promise<UndoTurn> {
    const { storage } = this.ctx;
    const undo = await storage.get<StoredUndo & { since?: number; isDone?: boolean }>("undo");
    if (undo?.isDone) return { state: "undone" };
    if (undo === undefined) return { state: "lost" };
    if (undo.since !== undefined && Date.now() - undo.since < TURN_MAX_MS) return { state: "running" };
    if (Date.now() > undo.until) return { state: "lost" };
    await storage.put("undo", { ...undo, since: Date.now() });
    return { state: "ready", data: undo.data };
  }

  async endUndo(isDone: boolean): Promise<void> {
    const { storage } = this.ctx;
    const undo = await storage.get<StoredUndo>("undo");
    if (undo !== undefined) await storage.put("undo", { data: undo.data, until: undo.until, isDone });
  }

  override async alarm(): Promise<void> {
    await this.ctx.storage.deleteAll();
  }
}

/** The conversation of a run. */
export function meetConversation(env: Env, id: string): DurableObjectStub<Conversation> {
  if (env.CONVERSATIONS === undefined) throw noBinding("CONVERSATIONS", "Conversation");
  return env.CONVERSATIONS.getByName(id);
}

export function noBinding(name: string, className: string): Failure {
  return new Failure("not-configured", {
    text: `This needs the Durable Object ${className}, and wrangler.toml has no binding ${name}.`,
    advice: "Take [[durable_objects.bindings]] and [[migrations]] from the wrangler.toml of this version, and deploy again.",
  });
}
