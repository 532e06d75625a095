// What an author writes against. An action is a declaration and one function; it returns data, writes no HTML, touches no KV, and
// does not know in which dialect it was called.
import type { Reply, Run } from "../contract.ts";
import type { Arrival } from "./arrival.ts";
import type { Call } from "./call.ts";
import type { Person } from "./person.ts";
import type { Kitsu } from "./services/kitsu.ts";
import type { Role } from "./services/zou-objects.ts";
import type { Settings } from "./settings.ts";
import type { Trust } from "./trust.ts";

/** What an action is given. */
export type Given = {
  call: Call;
  /** the request as it arrived, secrets masked */
  arrived: Arrival;
  run: Run;
  /** who called, how surely we know, and with which rights */
  person: Person;
  /** Kitsu, within the rights of the person or of the bot. Throws what to set where the worker has no account there. */
  kitsu(): Kitsu;
  /** the person's role in a project, as Zou says now; undefined where they are not of its team */
  roleIn(projectId: string): Promise<Role | undefined>;
  settings: Settings;
  /** aborted when the action's time is over: hand it to every fetch */
  signal: AbortSignal;
};

/** What Kitsu calls the kind of page; an action without any is for all of them. */
export type EntityType = "asset" | "shot" | "sequence" | "edit" | "episode";

export type Action = {
  /** = file name; the URL is /actions/<id> */
  id: string;
  /** the menu entry in Kitsu, heading of pages and toasts; at most 80 characters */
  title: string;
  /** one sentence for the catalogue */
  about: string;
  /** how it is offered in Kitsu: in a tab of its own, or with its outcome in the userscript's toast */
  modes: readonly ("form" | "ajax")[];
  /** Changes nothing anywhere, and so may be called with GET, as a link. */
  isSafe?: boolean;
  /** Runs without any selected task, too. */
  takesEmptySelection?: boolean;
  /** The kinds of entity its tasks may be of, as Zou has them and not as the page claims. */
  entityTypes?: readonly EntityType[];
  /** Who may run it, by the role in each project of the selection; anyone where it is absent. */
  roles?: readonly Role[];
  /** the most tasks it takes at once */
  tasksMost?: number;
  /** how surely the person must be known, if more surely than the deployment asks */
  trust?: Trust;
  /** Works on what Kitsu knows, and so is offered only where the worker can ask it. */
  needsKitsu?: boolean;
  /** To tell the person that it can't be done, throw a Failure. */
  run(given: Given): Promise<Reply>;
};

/** Declares an action. Its registry line is in `actions/index.ts`. */
export const defineAction = (action: Action): Action => action;
