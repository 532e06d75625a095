// A deployment restarts every Durable Object at once: calls to it are cut off, and what was
// connected to it before gets only errors. What people have started must end as usual.
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Action, ActionContext } from "../../../worker/action/action.ts";
import { debug } from "../../../worker/actions/debug.ts";
import type { Reply } from "../../../worker/format/reply.ts";
import { replaceRun } from "../../support/worker/replace-run.ts";
import { DONE, newRunId } from "../../support/worker/runs.ts";
import { ADA_FORM, AJAX_FIELDS, ajax, ask, EDGE, readAnswer, readLog, TASK } from "../../support/worker/worker.ts";

const PARTLY: Reply = { ...DONE, outcomes: [{ id: TASK, label: "SH010", state: "failed" }] };
/** An answer to a question: such a call runs once, however often it is sent. */
const INPUT = { ...AJAX_FIELDS, input: {} };

const mutable: Pick<Action, "undo"> = debug;
const undo = vi.fn<(context: ActionContext, data: unknown) => Promise<Reply>>();
let run: ReturnType<typeof replaceRun>;
beforeEach(() => {
  run = replaceRun(debug);
  mutable.undo = undo.mockReset().mockResolvedValue(DONE);
});
afterEach(() => {
  delete mutable.undo;
});

const getCoordinator = (id: string) => env.RUN_COORDINATORS.getByName(id);

/** As Cloudflare does when it deploys. What is stored stays. */
async function restart(id: string): Promise<void> {
  const restarted = runInDurableObject(getCoordinator(id), (_, state) => state.abort("its code was updated"));
  await expect(restarted).rejects.toThrow("its code was updated");
}

const offersUndo = ({ offerUndo }: ActionContext) => offerUndo({ data: "made", lifeS: 600 });

async function start(id: string, variables: object = {}) {
  return readAnswer(await ask(`/actions/debug?run=${id}`, ajax(INPUT), { ...variables }));
}

const click = async (url = "", variables: object = {}) =>
  readAnswer(await ask(url.replace(EDGE, ""), ajax(ADA_FORM), { ...variables }));

/** The coordinators. The first call of this method does its work, but its answer is lost. */
function loseAnswer(method: string) {
  const calls = vi.fn();
  const getByName = (id: string) =>
    new Proxy(getCoordinator(id), {
      get:
        (stub, name) =>
        async (...args: unknown[]) => {
          const answer = await Reflect.apply(Reflect.get(stub, name), stub, args);
          if (name !== method) return answer;
          calls();
          if (calls.mock.calls.length === 1) throw new Error("Durable Object reset because its code was updated.");
          return answer;
        },
    });
  return { calls, variables: { RUN_COORDINATORS: { getByName } } };
}

it("a run that ends after a deployment is in the log as it ended, also later", async () => {
  const id = newRunId();
  run.mockImplementation(async () => {
    await restart(id);
    return DONE;
  });
  expect((await start(id)).reply).toMatchObject(DONE);
  expect(await getCoordinator(id).readPhase()).toMatchObject({ state: "over" });
  vi.spyOn(Date, "now").mockReturnValue(Date.now() + 120_000);
  await runDurableObjectAlarm(getCoordinator(id));
  expect(await readLog()).toMatchObject([{ id, reply: DONE }]);
});

it("an undo that ends after a deployment is done once", async () => {
  const id = newRunId();
  run.mockImplementation(async (context) => {
    offersUndo(context);
    return DONE;
  });
  const url = (await start(id)).run?.undo?.url;
  undo.mockImplementation(async () => {
    await restart(id);
    return DONE;
  });
  expect((await click(url)).reply).toMatchObject(DONE);
  expect((await click(url)).reply).toMatchObject({ title: "It was already undone" });
  expect(undo).toHaveBeenCalledTimes(1);
});

it("a retry that does nothing, during a deployment, can be made again", async () => {
  const id = newRunId();
  run.mockResolvedValueOnce(PARTLY);
  const url = (await start(id)).run?.retry;
  run.mockImplementationOnce(async () => {
    await restart(id);
    return { kind: "failed", code: "kitsu-unreachable", title: "Not reached", retry: true };
  });
  expect((await click(url)).reply).toMatchObject({ code: "kitsu-unreachable" });
  run.mockResolvedValueOnce(DONE);
  expect((await click(url)).reply).toMatchObject(DONE);
});

it.each(["startRequest", "takeTurn", "offerUndo", "endRequest"])(
  "a run is made once and answered if a deployment cuts off %s",
  async (method) => {
    const { calls, variables } = loseAnswer(method);
    run.mockImplementation(async (context) => {
      offersUndo(context);
      return DONE;
    });
    const id = newRunId();
    const { reply, run: links } = await start(id, variables);
    expect(calls).toHaveBeenCalledTimes(2);
    expect(reply).toMatchObject(DONE);
    expect(run).toHaveBeenCalledTimes(1);
    expect(await getCoordinator(id).readPhase()).toMatchObject({ state: "over" });
    expect(await readLog()).toMatchObject([{ id, reply: DONE }]);
    expect((await click(links?.undo?.url)).reply).toMatchObject(DONE);
  },
);

it.each([
  ["takeRetry", "retry"],
  ["endUndo", "undo"],
] as const)("a click is done once and answered if a deployment cuts off %s", async (method, link) => {
  run.mockImplementation(async (context) => {
    offersUndo(context);
    return run.mock.calls.length === 1 ? PARTLY : DONE;
  });
  const links = (await start(newRunId())).run;
  const { calls, variables } = loseAnswer(method);
  expect((await click(link === "undo" ? links?.undo?.url : links?.retry, variables)).reply).toMatchObject(DONE);
  expect(calls).toHaveBeenCalledTimes(2);
});
