// Sends the call of a fixture to the worker of a test.
import type { Fixture } from "../contract.ts";
import type { KitsuActionsWorker } from "../worker/index.ts";
import { makeRunId } from "../worker/storage/run-links.ts";
import { type CalledAction, readCalled } from "./called-action.ts";
import { makeEnvironment, type TestSettings } from "./environment.ts";
import { makeRequest, parseFixture, replaceInCall } from "./fixture-call.ts";
import { moveChoices } from "./fixture-choices.ts";
import { findOpenKitsu, KITSU_URL, type TestKitsu } from "./kitsu.ts";
import { type Sender, send, WORKER_URL } from "./send.ts";

/** Who sends it, on which tasks and with which settings; see `sendFixture`. */
export type FixtureCall = {
  /** `kitsu.people.supervisor`; somebody with the role that the recorded person had if absent */
  person?: { id: string; email: string };
  /** `kitsu.tasks.slice(0, 2)`; as many as recorded, of the same kinds, if absent */
  tasks?: readonly { id: string }[];
  /** settings as in the `vars` of wrangler.toml, and secrets */
  settings?: TestSettings;
};

/**
 * Sends the call of a fixture, in the dialect of Kitsu that it was recorded in. A choice that has
 * another value in the sample Kitsu, such as a status, is found by its label. If the recorded
 * person confirmed a plan, this confirms, too; if their run had ended, this follows it to its end.
 *
 * ```ts
 * openKitsu();
 * const { reply } = await sendFixture(worker, fixture);
 * expect(shapeOf(reply)).toEqual(shapeOf(fixture.reply));
 * ```
 *
 * @param fixture as `kitsu-actions record-test` writes it
 * @param call what is not as recorded
 */
export async function sendFixture(
  worker: KitsuActionsWorker,
  fixture: unknown,
  call: FixtureCall = {},
): Promise<CalledAction> {
  const { person, tasks, settings = {} } = call;
  const recorded = parseFixture(fixture, "The file");
  const kitsu = findOpenKitsu();
  const caller = person ?? kitsu?.people[PEOPLE[recorded.person.role ?? ""] ?? "manager"] ?? NOBODY;
  const selected = tasks ?? (kitsu === undefined ? recorded.tasks : chooseTasks(kitsu, recorded));
  const filled = replaceInCall(recorded, {
    person: caller,
    tasks: selected,
    ...(kitsu !== undefined && { project: kitsu.production.id }),
  });
  const environment = makeEnvironment(settings);
  const sender: Sender = { worker, environment, person: caller, tasks: selected, mode: "ajax", trust: "claimed" };
  const base = `${WORKER_URL}${settings.BASE_PATH ?? ""}`;
  const run = makeRunId();
  const sendOnce = async (one: Fixture) => {
    const { url, init } = makeRequest(one, { base, origin: KITSU_URL, run });
    return readCalled({ sender, url, base }, await send(sender, url, init));
  };
  const first = await sendOnce(filled);
  const { fixture: moved, problem } = moveChoices(filled, first.reply);
  if (problem !== undefined) throw new Error(problem);
  const called = moved === undefined ? first : await sendOnce(moved);
  const { kind } = called.reply;
  if (called.reply.kind === "ask" && called.reply.plan !== undefined && recorded.request.confirmed)
    return called.confirm();
  return kind === "started" && recorded.reply?.kind !== "started" ? called.follow() : called;
}

const NOBODY = { id: "", email: "" };

const PEOPLE: Readonly<Record<string, keyof TestKitsu["people"]>> = {
  admin: "admin",
  manager: "manager",
  supervisor: "supervisor",
  user: "artist",
  client: "client",
  vendor: "vendor",
};

/** Kitsu's sample tasks, and further ones as they are needed. */
function chooseTasks({ production }: TestKitsu, { tasks }: Fixture): { id: string }[] {
  const left = [...production.tasks];
  return tasks.map(({ entityType }, index) => {
    const wanted = entityType === "asset" ? "Asset" : "Shot";
    const at = left.findIndex((task) => task.entityType === wanted);
    const [found] = at < 0 ? [] : left.splice(at, 1);
    const entity = `Recorded ${index + 1}`;
    return found ?? production.addTask(wanted === "Asset" ? { entity, type: "Modeling" } : { entity });
  });
}
