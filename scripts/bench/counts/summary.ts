// The counts as figures and tables: a row for each step of an action, and all that it asked for.
import type { Table } from "../../table.ts";
import type { StepCounts } from "./count.ts";
import type { Arrival } from "./gate.ts";
import type { Way } from "./studio.ts";

/**
 * What decides whether the person may run the action on these tasks: who they are, the tasks with
 * their entities, the tables that name them, and the team.
 */
const PREPARATION =
  /\/(auth\/authenticated|data\/(persons\/\*|persons\?email|tasks|entities|sequences|episodes|task-types|task-status|projects\/open|projects\/\*\/(team|sequences|episodes)))(\?|$)/;

/** The figures of one step, as COLUMNS names them. */
export type StepFigures = Pick<StepCounts, "action" | "step" | "way" | "isolate"> & {
  before: number;
  rounds: number;
  toKitsu: number;
  toOthers: number;
  objectCalls: number;
  /** those that the objects make themselves */
  byObjects: number;
  kv: number;
};

const COLUMNS = ["before", "rounds", "Kitsu", "others", "objects", "KV", "all"];

export const LEGEND = `- before: rounds until everything is known that decides whether the person may run the action
- rounds: all rounds until the answer; a round is all requests that are sent without waiting for another
- Kitsu, others: requests to Kitsu; to the farm or the studio's own server
- objects: calls of Durable Objects, and after "+" those that the objects make themselves
- KV: operations on the log; all: the sum of the four
- "10 > 6": 10 in a cold isolate, and 6 in one that has done the same before
- two seconds pass between two calls, as if a person read and answered
- a poll: a long run polls what it has started on a farm`;

export const toFigures = (steps: readonly StepCounts[]): StepFigures[] => steps.map(countStep);

function countStep({ action, step, way, isolate, rounds, waited, byWorker, byObjects }: StepCounts): StepFigures {
  const requests = rounds.flat();
  const toKitsu = requests.filter(({ server }) => server === "kitsu").length;
  const [own, objects] = [countOperations(byWorker), countOperations(byObjects)];
  return {
    ...{ action, step, way, isolate },
    before: countBefore(rounds),
    rounds: waited,
    toKitsu,
    toOthers: requests.length - toKitsu,
    objectCalls: own.objects,
    byObjects: objects.objects,
    kv: own.kv + objects.kv,
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

function countOperations(counts: Record<string, number>) {
  const sum = { objects: 0, kv: 0 };
  for (const [name, count] of Object.entries(counts)) sum[name.startsWith("RUNS.") ? "kv" : "objects"] += count;
  return sum;
}

const TITLES: Record<Way, string> = { bot: "with a bot's account", session: "with the person's session" };

/** A row for each step: cold > warm, if they differ. */
export function tabulateCounts(figures: readonly StepFigures[], way: Way): Table {
  const own = figures.filter((one) => one.way === way);
  const rows = [...Map.groupBy(own, ({ action, step }) => `${action} ${step}`)].map(([name, both]) => {
    const cells = both.map(formatFigures);
    return [name, ...COLUMNS.map((_, column) => [...new Set(cells.map((row) => row[column]))].join(" > "))];
  });
  return { head: [TITLES[way], ...COLUMNS], rows };
}

const formatFigures = ({ step, before, rounds, toKitsu, toOthers, objectCalls, byObjects, kv }: StepFigures) => [
  step.startsWith("poll") ? "" : String(before),
  String(rounds),
  String(toKitsu),
  String(toOthers),
  byObjects === 0 ? String(objectCalls) : `${objectCalls}+${byObjects}`,
  String(kv),
  String(toKitsu + toOthers + objectCalls + byObjects + kv),
];

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const generalize = (path: string) => path.replace(UUID, "*");

/** Everything that each step asked for: "/" separates the rounds, "|" what was no request. */
export const listRequests = (steps: readonly StepCounts[]): string =>
  steps
    .map(({ action, step, way, isolate, rounds, byWorker, byObjects }) => {
      const requests = rounds.map((round) => listTimes(round.map(nameRequest))).join(" / ");
      const operations = [listCounts(byWorker), listCounts(byObjects)].filter(Boolean).join(", by objects: ");
      return `${action} ${step} (${way}, ${isolate}): ${[requests, operations].filter(Boolean).join(" | ")}`;
    })
    .join("\n");

function nameRequest({ server, method, path }: Arrival): string {
  const short = generalize(path.split("?")[0] ?? "").replace(/^\/api\/(data\/|v3\/)?/, "");
  return `${server === "kitsu" ? "" : `${server}:`}${method === "GET" ? "" : `${method} `}${short}`;
}

function listTimes(names: readonly string[]): string {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return listCounts(counts);
}

const listCounts = (counts: Record<string, number>) =>
  Object.entries(counts)
    .map(([name, count]) => (count === 1 ? name : `${count} ${name}`))
    .toSorted()
    .join(", ");
