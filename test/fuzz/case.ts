// One case: a deployment, what its servers answer oddly, and what is asked, step by step.
import fc from "fast-check";
import type { Deployment } from "./deployment.ts";
import { judge } from "./judge.ts";
import { Known } from "./known.ts";
import type { Ledger } from "./ledger.ts";
import { startedAnswer, studioAnswer } from "./reply.ts";
import { describeSent, send, UNREAD } from "./request.ts";
import { toRequests } from "./requests.ts";
import { type Step, steps } from "./step.ts";
import { type StudioAnswer, TAKEN } from "./studio.ts";
import type { Tally } from "./tally.ts";
import { type Twist, twists } from "./twist.ts";
import type { World } from "./world.ts";

export type Case = {
  deployment: Deployment;
  twists: Twist[];
  /** what the server says that calls are forwarded to */
  says: StudioAnswer;
  /** so many requests of the log are refused */
  refusals: number;
  steps: Step[];
};

export const cases = (): fc.Arbitrary<Case> =>
  fc.record({
    deployment: fc.constantFrom<Deployment>("bot", "bot", "plain", "plain", "edge"),
    twists: twists(),
    says: fc.oneof(
      { weight: 1, arbitrary: fc.constant(TAKEN) },
      { weight: 2, arbitrary: startedAnswer() },
      { weight: 3, arbitrary: studioAnswer() },
    ),
    refusals: fc.oneof({ weight: 60, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) }),
    steps: steps(),
  });

/** Throws what is wrong with an answer, and what was asked before it. */
export async function play(
  { deployment, twists: twisted, says, refusals, steps: all }: Case,
  world: World,
  tally: Tally,
  ledger: Ledger,
): Promise<void> {
  const place = { deployment, port: world.ports[deployment], session: world.session };
  const known = new Known();
  const said: string[] = [];
  const told = `${says.body}${JSON.stringify(twisted)}${JSON.stringify(all)}`;
  world.studio.play(twisted, says);
  world.namespace.refuse(refusals);
  for (const step of all) {
    const requests = toRequests(step, known, place);
    said.push(...requests.map((sent) => describeSent(sent)));
    const answers = await Promise.all(
      requests.map((sent) => send(place.port, sent).catch((cause: unknown) => fail([`No answer: ${cause}`], said))),
    );
    for (const [index, received] of answers.entries()) {
      const sent = requests[index];
      if (sent === undefined) continue;
      if (received.status === UNREAD) {
        ledger.noteUnread();
        continue;
      }
      const { route, faults } = judge(sent, received, place, told);
      tally.count(route.name, received.status);
      if (faults.length > 0)
        fail(faults, [
          ...said,
          `${received.status} ${JSON.stringify(received.headers)}\n\n${received.body.slice(0, 3_000)}`,
        ]);
      if (route.answers === "reply" && !sent.path.includes("/follow") && !sent.path.includes("/void"))
        ledger.note(received, `${sent.method} ${sent.path.slice(0, 200)}`, requests.length === 1);
      known.learn(received);
    }
  }
  const doubled = world.studio.findDoubled().map((id) => `The studio's server got the run ${id} twice`);
  if (doubled.length > 0) fail(doubled, said);
  tally.cases += 1;
}

function fail(faults: readonly string[], said: readonly string[]): never {
  throw new Error(`${faults.join("\n")}\n\n${said.join("\n\n--\n\n")}`);
}
