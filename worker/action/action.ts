// What authors of actions write against. An action is a declaration and a few functions. It returns
// data: it writes no HTML, touches no storage, and doesn't know how it was called.
import * as v from "valibot";
import type { EntityType, Input } from "../../contract.ts";
import type { Text } from "../format/message.ts";
import type { Ask, Outcome, Reply, Run } from "../format/reply.ts";
import type { Role } from "../services/zou-objects.ts";
import type { Settings } from "../settings/settings.ts";
import type { Trust } from "../settings/trust.ts";
import type { ActionContext, WatchContext } from "./context.ts";
import { type Choices, type FormSchema, type Problems, readInput } from "./form-input.ts";
import type { Control, ControlAnswer, RunStatus } from "./run-status.ts";

export type { ActionContext, TaskConflict, UndoOffer, WatchContext } from "./context.ts";
export type { Problems } from "./form-input.ts";
export type { Control, ControlAnswer, RunStatus } from "./run-status.ts";

/** What the person must confirm. */
export type Confirmation = {
  /** what will happen, as a question: "Comment on 12 tasks in 2 projects?" */
  title: Text;
  text?: Text | undefined;
  /** the button's text */
  submit: Text;
  /** it can't be undone, or is expensive */
  isDangerous?: boolean;
  /** roughly how long it takes; shown if it is long, and may differ when the person confirms */
  seconds?: number;
};

type ActionDetails = {
  /** = file name; the URL is /actions/<id> */
  id: string;
  /** the menu entry in Kitsu, heading of pages and toasts; at most 80 characters */
  title: Text;
  /** one sentence for the catalogue */
  about: Text;
  /**
   * how Kitsu offers it: in a new tab (form), or with the reply in the userscript's toast (ajax)
   */
  modes: readonly ("form" | "ajax")[];
  /** Changes nothing, so it may be called with GET, as a link. */
  isSafe?: boolean;
  /** May run without a selected task. */
  takesEmptySelection?: boolean;
  /** The kinds of entities whose tasks it accepts, as Zou says; all if absent. */
  entityTypes?: readonly EntityType[];
  /** The roles that may run it, in each project of the selection; anyone if absent. */
  roles?: readonly Role[];
  /** the most tasks it takes at once */
  maxTasks?: number;
  /** the required trust level, if it is higher than the deployment's */
  trust?: Trust;
  /** the text of its form's button, such as "Comment"; "Run" if absent */
  submit?: Text;
  /** Reads from Kitsu, so it is offered only if the worker can log in there. */
  needsKitsu?: boolean;
  /** Says what must be set before it can be offered, as a sentence for the TD. */
  findMissingSetting?(settings: Settings): Text | undefined;
  /** The parameters of its URL that it reads: the doctor then finds misspelled ones in Kitsu. */
  params?: readonly string[];
  /** Throws the Failure that a call with these parameters would have. Only the doctor calls it. */
  checkParams?(params: Readonly<Record<string, string>>, settings: Settings): void;
};

/** The context of an action with a form: what the person answered is `input`. */
type AnsweredContext<S extends FormSchema> = ActionContext & { input: v.InferOutput<S> };

type Functions<S extends FormSchema> = {
  /**
   * Checks answers that the schema can't check alone. If it returns any problem, the form is shown
   * again.
   */
  findProblems?(context: AnsweredContext<S>): Promise<Problems>;
  /**
   * What would happen to each task, without doing it. The person confirms exactly this: if it has
   * changed meanwhile, they are asked again.
   */
  plan?(context: AnsweredContext<S>): Promise<Outcome[]>;
  /** What the person must confirm before the action runs; undefined if nothing. */
  confirm?(
    context: AnsweredContext<S>,
    plan: readonly Outcome[],
  ): Confirmation | undefined | Promise<Confirmation | undefined>;
  /** Runs the action. Throw a Failure to say why it can't be done. */
  run(context: AnsweredContext<S>): Promise<Reply>;
  /**
   * Undoes what `run` did in an earlier run, from the `data` it passed to `offerUndo`. `run` has
   * the id and the page of that run; the context is that of the undo.
   */
  undo?(context: ActionContext, data: unknown, run: Run): Promise<Reply>;
  /**
   * Checks what `run` started, and carries on with it. May be called twice with the same data,
   * after a crash between doing something and saving it: it must find out what was done. A Failure
   * with `retry` means "not reachable now"; any other ends the run.
   */
  watch?(context: WatchContext, data: unknown): Promise<RunStatus>;
  /** Cancels, pauses or resumes the run, and says how it is now. */
  control?(context: WatchContext, data: unknown, control: Control): Promise<RunStatus>;
  /** The newest picture, for browsers that can't reach its source. */
  picture?(context: WatchContext, data: unknown): Promise<Response>;
};

type ActionWithForm<S extends FormSchema> = ActionDetails & {
  /**
   * The schema of the input, which is also the form (see form-field.ts). Called for each call, so
   * it can suggest a shot's frame range or list the statuses in Kitsu; called again with the
   * answers so far, so one answer can add fields.
   */
  input(context: ActionContext, answers: Input): S | Promise<S>;
} & Functions<S>;

const NOTHING = v.object({});

type ActionWithoutForm = ActionDetails & { input?: undefined } & Functions<typeof NOTHING>;

/** An action whose input is complete. */
export type PreparedAction = {
  /** the labels of what the person chose */
  choices?: Choices | undefined;
  plan?: (() => Promise<Outcome[]>) | undefined;
  confirm?: ((plan: readonly Outcome[]) => Promise<Confirmation | undefined>) | undefined;
  run(): Promise<Reply>;
};

export type Action = ActionDetails & {
  /** Reads what the person answered, or returns what to ask. */
  prepare(context: ActionContext): Promise<Ask | PreparedAction>;
  undo?: ((context: ActionContext, data: unknown, run: Run) => Promise<Reply>) | undefined;
  watch?: ((context: WatchContext, data: unknown) => Promise<RunStatus>) | undefined;
  control?: ((context: WatchContext, data: unknown, control: Control) => Promise<RunStatus>) | undefined;
  /**
   * Of a forwarded action, instead of `watch` and `control`: asks the server that works on the run
   * and reports its progress. A Failure says that the run continues.
   * @internal Only servers in FORWARD_TARGETS can report.
   */
  passControl?: ((context: ActionContext, run: Run, control: Control) => Promise<ControlAnswer>) | undefined;
  picture?: ((context: WatchContext, data: unknown) => Promise<Response>) | undefined;
};

/**
 * Declares an action. In a studio, it is the default export of `actions/<id>.ts`; a built-in one is
 * registered in `actions/index.ts`.
 */
export function defineAction<S extends FormSchema>(declaration: ActionWithForm<S>): Action;
export function defineAction(declaration: ActionWithoutForm): Action;
export function defineAction<S extends FormSchema>(declaration: ActionWithForm<S> | ActionWithoutForm): Action {
  if (declaration.input === undefined) return makeAction(declaration, () => NOTHING);
  return makeAction(declaration, declaration.input);
}

function makeAction<S extends FormSchema>(
  { findProblems, plan, confirm, run, ...details }: ActionDetails & Functions<S>,
  makeSchema: (context: ActionContext, answers: Input) => S | Promise<S>,
): Action {
  if (typeof run !== "function") throw new TypeError(`The action "${details.id}" has no "run".`);
  return {
    ...details,
    async prepare(context) {
      const form = await readInput(details, (answers) => makeSchema(context, answers), context.call);
      if ("ask" in form) return form.ask;
      const answered = { ...context, input: form.input };
      const problems = (await findProblems?.(answered)) ?? {};
      if (Object.keys(problems).length > 0) return form.askAgain(problems);
      return {
        choices: form.choices,
        plan: plan && (() => plan(answered)),
        confirm: confirm && (async (planned) => confirm(answered, planned)),
        run: () => run(answered),
      };
    },
  };
}
