// What an author writes against. An action is a declaration and a few functions; it returns data, writes no HTML, touches no storage, and
// does not know in which dialect it was called.
import * as v from "valibot";
import type { Ask, Input, Outcome, Reply, Run } from "../../contract.ts";
import type { Person } from "../access/person.ts";
import type { LinkTarget } from "../launch/ticket.ts";
import type { Call } from "../request/call.ts";
import type { RequestSnapshot } from "../request/request-snapshot.ts";
import type { Kitsu } from "../services/kitsu.ts";
import type { Role } from "../services/zou-objects.ts";
import type { Settings } from "../settings/settings.ts";
import type { Trust } from "../settings/trust.ts";
import { type FormSchema, type Problems, readInput } from "./form-input.ts";

export type { Problems } from "./form-input.ts";

/** What an action is given. */
export type ActionContext = {
  call: Call;
  /** the request as it arrived, secrets masked */
  request: RequestSnapshot;
  run: Run;
  /** who called, how surely we know, and with which rights */
  person: Person;
  /** Kitsu, within the rights of the person or of the bot. Throws what to set where the worker has no account there. */
  kitsu(): Kitsu;
  /** the person's role in a project, as Zou says now; undefined where they are not of its team */
  roleIn(projectId: string): Promise<Role | undefined>;
  settings: Settings;
  /** our own address with its path prefix, without a slash at the end */
  base: string;
  /** aborted when the action's time is over: hand it to every fetch */
  signal: AbortSignal;
  /** Lends what only the worker may read, for a time and by an address nobody can guess. */
  createLink(loan: LinkTarget): Promise<string>;
  /**
   * Offers to take back what this run did, once it is done: where it goes on, from its end on. `data` is what the action's `undo` will be given; it stays
   * with the worker.
   */
  offerUndo(offer: UndoOffer): void;
  /**
   * The run goes on after its answer, which must be `started`: the action's `watch` is given `data`, at once and then again and again.
   * `asPerson`: it works in Kitsu as the person, where their session came along, whose token is then kept until the run is over.
   */
  continueWith(data: unknown, how?: { asPerson?: boolean }): void;
  /** Which of these tasks another run of this action is at work on. */
  findConflicts(tasks: readonly string[]): Promise<TaskConflict[]>;
  /** Keeps these tasks for this run until it is over. What other runs have is returned, and is this run's, too, only where it may be shared. */
  lock(tasks: readonly string[], isShared?: boolean): Promise<TaskConflict[]>;
};

/** What can be done to a run that goes on. */
export type Control = "cancel" | "pause" | "resume";

/**
 * How a run that goes on stands: a `started` reply until it is over, then any other. `data` is what the action will be given next time; `controls`
 * is what can be done now; `againMs` is when to look again.
 */
export type RunStatus = {
  reply: Reply;
  data: unknown;
  controls?: readonly Control[];
  nextCheckMs?: number;
  /** a name for the newest picture there is to show: another one is another picture */
  picture?: string | undefined;
};

/** What is given to an action that looks after what it started, long after the call. */
export type WatchContext = {
  run: Run;
  person: Pick<Person, "id" | "name" | "email">;
  settings: Settings;
  base: string;
  signal: AbortSignal;
  /**
   * Kitsu with the bot's account, or the person's where the run goes on as the person; undefined where there is none. `signal` in place of the
   * watch's own, to ask it for less long.
   */
  kitsu(signal?: AbortSignal): Kitsu | undefined;
  /** What another run says of itself, over or not; undefined where nobody knows it. */
  readRunReply(id: string): Promise<Reply | undefined>;
  /** Keeps what is known so far, before something is done that must not be done twice. */
  save(data: unknown): Promise<void>;
};

/** Who is at work on a task with the same action: since when, in epoch milliseconds. */
export type TaskConflict = { task: string; run: string; person: string; since: number };

/** For how long an undo is offered, and what it needs to know. */
export type UndoOffer = { data: unknown; lifeS: number; label?: string };

/** What Kitsu calls the kind of page; an action without any is for all of them. */
export type EntityType = "asset" | "shot" | "sequence" | "edit" | "episode";

/** What the person is asked to agree to. */
export type Confirmation = {
  /** what will happen, as a question: "Comment on 12 tasks of 2 projects?" */
  title: string;
  text?: string;
  /** the button's text */
  submit: string;
  /** it can't be taken back, or costs much */
  isDangerous?: boolean;
  /** roughly how long it takes: said where that is long, and no part of what is agreed to */
  seconds?: number;
};

type ActionDetails = {
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
  maxTasks?: number;
  /** how surely the person must be known, if more surely than the deployment asks */
  trust?: Trust;
  /** what the button under its form says, "Comment"; "Run" where it is absent */
  submit?: string;
  /** Works on what Kitsu knows, and so is offered only where the worker can ask it. */
  needsKitsu?: boolean;
  /** What must be set before it can be offered, as a sentence for the TD; nothing where it is. */
  findMissingSetting?(settings: Settings): string | undefined;
};

/** Given, with what the person answered. */
type AnsweredContext<S extends FormSchema> = ActionContext & { input: v.InferOutput<S> };

type Functions<S extends FormSchema> = {
  /** What is wrong with answers that the schema has let through, as only others can tell. Where there is anything, the form is asked again with it. */
  findProblems?(context: AnsweredContext<S>): Promise<Problems>;
  /** What would happen to each task, without doing it. The person agrees to exactly this: should it be different when they do, they are asked again. */
  plan?(context: AnsweredContext<S>): Promise<Outcome[]>;
  /** What the person must agree to before the action runs; nothing where it needs no agreement. */
  confirm?(
    context: AnsweredContext<S>,
    plan: readonly Outcome[],
  ): Confirmation | undefined | Promise<Confirmation | undefined>;
  /** To tell the person that it can't be done, throw a Failure. */
  run(context: AnsweredContext<S>): Promise<Reply>;
  /** Takes back what `run` did, from the data it left with `offerUndo`. */
  undo?(context: ActionContext, data: unknown): Promise<Reply>;
  /**
   * Looks how far it is what `run` began, and carries it on. May be called twice for the same data, after a crash between doing something and saving
   * it: it must find out what was done. A Failure that is worth a retry means "not reachable now", any other ends the run.
   */
  watch?(watch: WatchContext, data: unknown): Promise<RunStatus>;
  control?(watch: WatchContext, data: unknown, what: Control): Promise<RunStatus>;
  /** The newest picture, for browsers that can't reach where it is. */
  picture?(watch: WatchContext, data: unknown): Promise<Response>;
};

/** An action that asks. */
type ActionWithForm<S extends FormSchema> = ActionDetails & {
  /**
   * What must be known before the action runs. The schema is the form as well: `input.ts` says how. Made for each call, so that it can propose
   * the frame range of the shot or list the statuses there are; made again with the answers so far, so that one answer can bring more fields.
   */
  input(context: ActionContext, answers: Input): S | Promise<S>;
} & Functions<S>;

const NOTHING = v.object({});

type ActionWithoutForm = ActionDetails & { input?: undefined } & Functions<typeof NOTHING>;

/** An action that knows what it needs. */
export type PreparedAction = {
  plan?: (() => Promise<Outcome[]>) | undefined;
  confirm?: ((plan: readonly Outcome[]) => Promise<Confirmation | undefined>) | undefined;
  run(): Promise<Reply>;
};

export type Action = ActionDetails & {
  /** Reads what the person answered; asks where that is not enough. */
  prepare(context: ActionContext): Promise<Ask | PreparedAction>;
  undo?: ((context: ActionContext, data: unknown) => Promise<Reply>) | undefined;
  watch?: ((watch: WatchContext, data: unknown) => Promise<RunStatus>) | undefined;
  control?: ((watch: WatchContext, data: unknown, what: Control) => Promise<RunStatus>) | undefined;
  picture?: ((watch: WatchContext, data: unknown) => Promise<Response>) | undefined;
};

/** Declares an action. Its registry line is in `actions/index.ts`. */
export function defineAction<S extends FormSchema>(declaration: ActionWithForm<S>): Action;
export function defineAction(declaration: ActionWithoutForm): Action;
export function defineAction<S extends FormSchema>(declaration: ActionWithForm<S> | ActionWithoutForm): Action {
  if (declaration.input === undefined) return makeAction(declaration, () => NOTHING);
  return makeAction(declaration, declaration.input);
}

function makeAction<S extends FormSchema>(
  { findProblems, plan, confirm, run, undo, watch, control, picture, ...facts }: ActionDetails & Functions<S>,
  makeSchema: (context: ActionContext, answers: Input) => S | Promise<S>,
): Action {
  return {
    ...facts,
    undo,
    watch,
    control,
    picture,
    async prepare(context) {
      const read = await readInput(facts, (answers) => makeSchema(context, answers), context.call);
      if ("ask" in read) return read.ask;
      const answered = { ...context, input: read.input };
      const problems = (await findProblems?.(answered)) ?? {};
      if (Object.keys(problems).length > 0) return read.askAgain(problems);
      return {
        plan: plan && (() => plan(answered)),
        confirm: confirm && (async (planned) => confirm(answered, planned)),
        run: () => run(answered),
      };
    },
  };
}
