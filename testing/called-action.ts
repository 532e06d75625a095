// What an action replied, and the next steps that a person can take.
import type { Ask, Input, Reply, Run, Started } from "../contract.ts";
import { makeRunId, RUN_PARAMETER } from "../worker/storage/run-links.ts";
import type { RunRecord } from "../worker/storage/run-record.ts";
import { runAlarm } from "./alarms.ts";
import { makeInput, readAsk } from "./answers.ts";
import { type RunAnswer, readPage, readRecord } from "./read-answer.ts";
import { post, type Sender, send } from "./send.ts";

/** A long run that continues after so many checks probably never ends. */
const CHECKS_MAX = 1_000;

/**
 * What an action replied, in the person's language, and the next steps that the person can take.
 * Each step returns the state after it. A step that the person could not take throws.
 */
export type CalledAction = {
  /** what the person sees */
  readonly reply: Reply;
  /** the run, and what can be done with it; undefined if the call was refused before it began */
  readonly run: Run | undefined;
  /** the HTTP status */
  readonly status: number;
  /** the HTML page, in form mode */
  readonly page: string | undefined;
  /**
   * Answers the fields of an `ask` by their names. A field that is not named keeps the value that
   * the form proposed, or stays empty.
   */
  answer(answers: Input): Promise<CalledAction>;
  /** Confirms what the action asked to confirm. */
  confirm(): Promise<CalledAction>;
  /**
   * Follows a long run until it ends, or until `isEnough` returns true. The clock moves from check
   * to check, so this takes no time.
   */
  follow(isEnough?: (reply: Started) => boolean): Promise<CalledAction>;
  /** Cancels a long run. */
  cancel(): Promise<CalledAction>;
  /** Pauses a long run. */
  pause(): Promise<CalledAction>;
  /** Resumes a long run that is paused. */
  resume(): Promise<CalledAction>;
  /** Undoes the run. The result is a run of its own. */
  undo(): Promise<CalledAction>;
  /** Runs the action again for the tasks that failed. The result is a run of its own. */
  retry(): Promise<CalledAction>;
  /** The run's record in the log, with its texts in English. */
  log(): Promise<RunRecord>;
};

/** `url`: where the call is sent; `base`: the worker's address. */
type Place = { sender: Sender; url: string; base: string };

/** Reads what the worker answered to a call. */
export async function readCalled(place: Place, response: Response): Promise<CalledAction> {
  const { answer, page } = await readPage(place.sender, place.base, place.url, response);
  return describe(place, { ...answer, status: response.status, page });
}

type State = RunAnswer & { status: number; page?: string | undefined };

function describe(place: Place, state: State): CalledAction {
  const { sender, url } = place;
  const { reply, run } = state;
  const submit = async (ask: Ask, input: Input) =>
    readCalled(place, await post(sender, url, { input, form: ask.form, plan: ask.plan }));
  return {
    ...{ reply, run, status: state.status, page: state.page },
    answer: async (answers) => {
      const ask = readAsk(reply, "fields");
      return submit(ask, makeInput(ask, answers));
    },
    confirm: async () => {
      const ask = readAsk(reply, "plan");
      return submit(ask, makeInput(ask, {}));
    },
    follow: (isEnough) => follow(place, state, isEnough),
    cancel: () => control(place, state, "cancel"),
    pause: () => control(place, state, "pause"),
    resume: () => control(place, state, "resume"),
    undo: async () => takeStep(place, findStep(state, "undo", run?.undo?.url)),
    retry: async () => takeStep(place, findStep(state, "retry", run?.retry)),
    log: () => readRecord(sender, run?.id ?? "", findStep(state, "log", run?.url)),
  };
}

/** Undo and retry are runs of their own. */
async function takeStep(place: Place, address: string): Promise<CalledAction> {
  const url = `${address}&${RUN_PARAMETER}=${makeRunId()}`;
  return readCalled({ ...place, url }, await post(place.sender, url));
}

async function follow(place: Place, state: State, isEnough?: (reply: Started) => boolean): Promise<CalledAction> {
  const { sender } = place;
  const { id, url } = findFollow(state);
  for (let checks = 0; checks < CHECKS_MAX; checks += 1) {
    await runAlarm(id);
    const now = await readState(sender, url);
    if (now.reply.kind !== "started" || isEnough?.(now.reply)) return describe(place, now);
  }
  throw new Error(`The run still continues after ${CHECKS_MAX} checks: ${JSON.stringify(state.reply)}`);
}

async function control(place: Place, state: State, what: "cancel" | "pause" | "resume"): Promise<CalledAction> {
  const { sender, base } = place;
  const response = await post(sender, findStep(state, what, state.run?.[what]));
  const { id, url } = findFollow(state);
  if (response.status >= 400) {
    const { answer, page } = await readPage(sender, base, url, response);
    return describe(place, { reply: answer.reply, run: state.run, status: response.status, page });
  }
  const now = await readState(sender, url);
  // A run that has ended writes its end to the log.
  if (now.reply.kind !== "started") await runAlarm(id);
  return describe(place, now);
}

async function readState(sender: Sender, url: string): Promise<State> {
  const response = await send(sender, url, { headers: { accept: "application/json" } });
  const { answer } = await readPage(sender, "", url, response);
  return { ...answer, status: response.status };
}

function findFollow({ reply, run }: State): { id: string; url: string } {
  if (run?.follow !== undefined) return { id: run.id, url: run.follow.url };
  throw new Error(`The run does not continue: it replied "${reply.kind}" (${reply.title}).`);
}

function findStep({ reply, run }: State, step: string, url: string | undefined): string {
  if (url !== undefined) return url;
  const possible = Object.keys(run ?? {}).filter((name) => STEPS.includes(name));
  throw new Error(
    `There is no ${step}: the action replied "${reply.kind}" (${reply.title}). Possible now: ${possible.join(", ") || "nothing"}.`,
  );
}

const STEPS: readonly string[] = ["undo", "retry", "cancel", "pause", "resume", "follow"];
