// The counts as tables: one row for each step of an action, and everything it asked for.
import { drawTable } from "../../table.ts";
import type { StepCounts } from "./count.ts";
import type { Arrival } from "./gate.ts";
import type { Way } from "./studio.ts";

/**
 * What decides whether the person may run the action on these tasks: who they are, the tasks with
 * their entities, the tables that name them, and the team.
 */
const PREPARATION =
  /\/(auth\/authenticated|data\/(persons\/\*|persons\?email|tasks|entities|sequences|episodes|task-types|task-status|projects\/open|projects\/\*\/(team|sequences|episodes)))(\?|$)/;

const COLUMNS = ["before", "rounds", "Kitsu", "others", "objects", "KV"] as const;

export const LEGEND = `before: rounds until everything is known that decides whether the person may run the action
rounds: all rounds until the answer; one round is all requests that are sent without waiting for another
Kitsu, others: requests to Kitsu; to the farm or the studio's own server
objects: calls of Durable Objects, and after "+" those that the objects make themselves; KV: operations on the log
"10 > 6" is 10 in a cold isolate, and 6 in one that has done the same before. A look is one of a long run's.`;

/** @returns a row for each step: cold > warm, if they differ */
export function summarizeCounts(steps: readonly StepCounts[], way: Way): { head: string[]; rows: string[][] } {
  const own = steps.filter((step) => step.way === way);
  const names = [...new Set(own.map(nameOf))];
  const rows = names.map((name) => {
    const [cold, warm] = (["cold", "warm"] as const).map((isolate) => {
      const found = own.find((step) => nameOf(step) === name && step.isolate === isolate);
      return found && figuresOf(found);
    });
    const cells = COLUMNS.map((column) => [...new Set([cold?.[column] ?? warm?.[column], warm?.[column]])].join(" > "));
    return [name, ...cells];
  });
  return { head: [TITLES[way], ...COLUMNS], rows };
}

const TITLES: Record<Way, string> = { bot: "with a bot's account", session: "with the person's session" };

export const drawCounts = (steps: readonly StepCounts[], way: Way): string => {
  const { head, rows } = summarizeCounts(steps, way);
  return drawTable(head, rows);
};

const nameOf = ({ action, step }: StepCounts) => `${action} ${step}`;

function figuresOf(step: StepCounts): Record<(typeof COLUMNS)[number], string> {
  const requests = step.rounds.flat();
  const toKitsu = requests.filter(({ server }) => server === "kitsu");
  const [called, calledByObjects] = [countObjects(step.byWorker), countObjects(step.byObjects)];
  return {
    before: String(step.step.startsWith("look") ? "" : countBefore(step.rounds)),
    rounds: String(step.waited),
    Kitsu: String(toKitsu.length),
    others: String(requests.length - toKitsu.length),
    objects: calledByObjects === 0 ? String(called) : `${called}+${calledByObjects}`,
    KV: String(countKv(step.byWorker) + countKv(step.byObjects)),
  };
}

/** The rounds at the beginning that each ask for something new that decides. */
function countBefore(rounds: readonly (readonly Arrival[])[]): number {
  const known = new Set<string>();
  const isNew = ({ path }: Arrival) => PREPARATION.test(generalize(path)) && !known.has(path);
  const end = rounds.findIndex((round) => {
    const news = round.filter(isNew);
    for (const { path } of news) known.add(path);
    return news.length === 0;
  });
  return end === -1 ? rounds.length : end;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
const countObjects = (counts: Record<string, number>) =>
  sum(Object.entries(counts).map(([name, count]) => (name.startsWith("RUNS.") ? 0 : count)));
const countKv = (counts: Record<string, number>) => sum(Object.values(counts)) - countObjects(counts);

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const generalize = (path: string) => path.replace(UUID, "*");

/** Everything that each step asked for: "/" separates the rounds, "|" what was no request. */
export const listRequests = (steps: readonly StepCounts[]): string =>
  steps
    .map((step) => {
      const { action, way, isolate, rounds, byWorker, byObjects } = step;
      const requests = rounds.map((round) => listTimes(round.map(nameRequest))).join(" / ");
      const operations = [listCounts(byWorker), listCounts(byObjects)].filter(Boolean).join(", by objects: ");
      return `${action} ${step.step} (${way}, ${isolate}): ${[requests, operations].filter(Boolean).join(" | ")}`;
    })
    .join("\n");

const nameRequest = ({ server, method, path }: Arrival) => {
  const short = generalize(path.split("?")[0] ?? "").replace(/^\/api\/(data\/|v3\/)?/, "");
  return `${server === "kitsu" ? "" : `${server}:`}${method === "GET" ? "" : `${method} `}${short}`;
};

function listTimes(names: readonly string[]): string {
  const counts: Record<string, number> = {};
  for (const name of names.toSorted()) counts[name] = (counts[name] ?? 0) + 1;
  return listCounts(counts);
}

const listCounts = (counts: Record<string, number>) =>
  Object.entries(counts)
    .map(([name, count]) => (count === 1 ? name : `${count} ${name}`))
    .toSorted()
    .join(", ");
