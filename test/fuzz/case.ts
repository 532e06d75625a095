// One case: a deployment, how the studio's servers misbehave, and the steps.
import fc from "fast-check";
import type { AnsweredRuns } from "./answered-runs.ts";
import { CaseState } from "./case-state.ts";
import { checkResponse } from "./check-response.ts";
import type { Deployment } from "./deployment.ts";
import type { Environment } from "./environment.ts";
import { type Mutation, mutations } from "./mutation.ts";
import { startedAnswer, studioAnswer } from "./reply.ts";
import { describeSent, send, UNREAD } from "./request.ts";
import { toRequests } from "./requests.ts";
import type { ResponseCounts } from "./response-counts.ts";
import { type Step, steps } from "./step.ts";
import { ACCEPTED, type StudioAnswer } from "./studio.ts";

export type Case = {
  deployment: Deployment;
  mutations: Mutation[];
  /** the answer of the server that calls are forwarded to */
  forwardAnswer: StudioAnswer;
  /** how many requests to the log are refused */
  refusals: number;
  steps: Step[];
};

export const cases = (): fc.Arbitrary<Case> =>
  fc.record({
    deployment: fc.constantFrom<Deployment>("bot", "bot", "plain", "plain", "edge"),
    mutations: mutations(),
    forwardAnswer: fc.oneof(
      { weight: 1, arbitrary: fc.constant(ACCEPTED) },
      { weight: 2, arbitrary: startedAnswer() },
      { weight: 3, arbitrary: studioAnswer() },
    ),
    refusals: fc.oneof({ weight: 60, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) }),
    steps: steps(),
  });

/** Throws what is wrong with an answer, and the requests before it. */
export async function runCase(
  { deployment, mutations: changes, forwardAnswer, refusals, steps: all }: Case,
  environment: Environment,
  counts: ResponseCounts,
  answeredRuns: AnsweredRuns,
): Promise<void> {
  const endpoint = { deployment, port: environment.ports[deployment], session: environment.session };
  const state = new CaseState();
  const transcript: string[] = [];
  const serverTexts = `${forwardAnswer.body}${JSON.stringify(changes)}${JSON.stringify(all)}`;
  environment.studio.misbehave(changes, forwardAnswer);
  let refusalsLeft = refusals;
  environment.kv.refuse = () => (refusalsLeft-- > 0 ? 503 : undefined);
  for (const step of all) {
    const requests = toRequests(step, state, endpoint);
    transcript.push(...requests.map((sent) => describeSent(sent)));
    const answers = await Promise.all(
      requests.map((sent) =>
        send(endpoint.port, sent).catch((cause: unknown) => fail([`No answer: ${cause}`], transcript)),
      ),
    );
    for (const [index, received] of answers.entries()) {
      const sent = requests[index];
      if (sent === undefined) continue;
      if (received.status === UNREAD) {
        answeredRuns.recordUnread();
        continue;
      }
      const { route, faults } = checkResponse(sent, received, endpoint, serverTexts);
      counts.count(route.name, received.status);
      if (faults.length > 0)
        fail(faults, [
          ...transcript,
          `${received.status} ${JSON.stringify(received.headers)}\n\n${received.body.slice(0, 3_000)}`,
        ]);
      if (route.answers === "reply" && !sent.path.includes("/follow") && !sent.path.includes("/void"))
        answeredRuns.record(received, `${sent.method} ${sent.path.slice(0, 200)}`, requests.length === 1);
      state.update(received);
    }
  }
  const doubled = environment.studio.findDoubled().map((id) => `The studio's server got the run ${id} twice`);
  if (doubled.length > 0) fail(doubled, transcript);
  counts.cases += 1;
}

function fail(faults: readonly string[], transcript: readonly string[]): never {
  throw new Error(`${faults.join("\n")}\n\n${transcript.join("\n\n--\n\n")}`);
}
