// What the functions of an action get.
import type { Person } from "../access/person.ts";
import type { Text } from "../format/message.ts";
import type { Reader } from "../format/reader.ts";
import type { Reply, Run } from "../format/reply.ts";
import type { LinkTarget } from "../launch/ticket.ts";
import type { Call } from "../request/call.ts";
import type { RequestSnapshot } from "../request/request-snapshot.ts";
import type { Kitsu } from "../services/kitsu.ts";
import type { Role } from "../services/zou-objects.ts";
import type { Settings } from "../settings/settings.ts";
import type { Control } from "./run-status.ts";

/** What an action gets when it runs. */
export type ActionContext = {
  /** what Kitsu sent: the selection, and claims about the person and the page */
  call: Call;
  /** the request as it was sent, with secrets masked */
  request: RequestSnapshot;
  /** the id and the page of this run */
  run: Run;
  /** who called, how surely we know that, and their role */
  person: Person;
  /** Kitsu, with the rights of the person or the bot. Throws without either: see `needsKitsu`. */
  kitsu(): Kitsu;
  /** The person's current role in a project; undefined if they are not in its team. */
  roleIn(projectId: string): Promise<Role | undefined>;
  /** the language and time zone of the person */
  reader: Reader;
  /** The text in the person's language, for comments, names and files. Replies take the text. */
  localize(text: Text): string;
  /** the worker's settings; those of your own are in `settings.env` */
  settings: Settings;
  /** the worker's own address with its path prefix, without a trailing slash */
  base: string;
  /** aborted when the action's time is up: pass it to every fetch */
  signal: AbortSignal;
  /** Creates a temporary address, hard to guess, for something that only the worker may read. */
  createLink(target: LinkTarget): Promise<string>;
  /**
   * Offers to undo this run once it is done; a long run, once it has ended. `data` is passed to the
   * action's `undo` and never leaves the worker.
   */
  offerUndo(offer: UndoOffer): void;
  /**
   * Continues the run after its reply, which must be `started`: the action's `watch` is called with
   * `data`, at once and then repeatedly. `asPerson`: it acts in Kitsu as the person if they have a
   * session; the session's token is stored until the run ends. `controls`: what can be done with
   * the run at once; later its status says it.
   */
  continueWith(data: unknown, options?: { asPerson?: boolean; controls?: readonly Control[] }): void;
  /** Finds which of these tasks are locked by another run of this action. */
  findConflicts(tasks: readonly string[]): Promise<TaskConflict[]>;
  /**
   * Locks these tasks until this run ends. Returns those that another run has locked; this run gets
   * them, too, only if `isShared`.
   */
  lock(tasks: readonly string[], isShared?: boolean): Promise<TaskConflict[]>;
};

/** What an action gets while its long run continues, after the call. */
export type WatchContext = {
  /** the id and the page of this run */
  run: Run;
  /** who started it */
  person: Pick<Person, "id" | "name" | "email">;
  /** the language and time zone of the person */
  reader: Reader;
  /** The text in the person's language, for comments, names and files. Replies take the text. */
  localize(text: Text): string;
  /** the worker's settings; those of your own are in `settings.env` */
  settings: Settings;
  /** the worker's own address with its path prefix, without a trailing slash */
  base: string;
  /** aborted when the time of this check is up: pass it to every fetch */
  signal: AbortSignal;
  /**
   * Kitsu with the bot's account, or as the person after `continueWith(data, { asPerson: true })`;
   * undefined if there is neither. `signal` replaces the watch's own, for a shorter time limit.
   */
  kitsu(signal?: AbortSignal): Kitsu | undefined;
  /** The latest reply of another run, ended or not; undefined if it is unknown. */
  readRunReply(id: string): Promise<Reply | undefined>;
  /** Stores `data` now. Call it before doing something that must not be done twice. */
  save(data: unknown): Promise<void>;
};

/** Another run of the same action has locked a task. `since` is in epoch milliseconds. */
export type TaskConflict = { task: string; run: string; person: string; since: number };

/** How long a run can be undone, in seconds, and the data for it. `label` is the button's text. */
export type UndoOffer = { data: unknown; lifeS: number; label?: Text };
