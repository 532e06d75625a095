// What is printed at the end.
import type { History } from "./history.ts";
import type { LogStore } from "./log-store.ts";
import type { Studio } from "./studio.ts";
import type { Finding, Kind } from "./verdict.ts";

type Soaked = {
  history: History;
  log: LogStore;
  studio: Studio;
  findings: readonly Finding[];
  seed: number;
  rounds: number;
};

const KINDS: readonly Kind[] = ["lost", "doubled", "dead link", "stuck"];

export function report({ history, log, studio, findings, seed, rounds }: Soaked): string {
  const logged = log.read();
  const ends = count(
    [...logged.values()].flat().map(({ reply, undone }) => (undone ? "undone" : (reply.code ?? reply.kind))),
  );
  const faulty = Map.groupBy(findings, ({ run }) => run);
  return [
    `\n\nSeed ${seed}, ${rounds} kills, ${history.runs.size} runs; ${logged.size} in the log, ${studio.jobs.size} jobs on the farms.`,
    `  done: ${list(history.counts)}`,
    `  ended as: ${list(ends)}`,
    `  the log refused: ${list(log.refused) || "nothing"}`,
    `  between the worker and Kitsu: ${list(studio.zouWay.met) || "nothing"}; and the studio's server: ${list(studio.studioWay.met) || "nothing"}`,
    `  ${KINDS.map((kind) => `${kind}: ${findings.filter((one) => one.kind === kind).length}`).join(", ")}, other faults: ${history.odd.length}`,
    ...history.odd.map((text) => `\n${text}`),
    ...[...faulty].flatMap(([id, found]) => {
      const run = history.runs.get(id);
      return [
        `\nRun ${id}, ${run?.action ?? "unknown"}, known by "${run?.tag ?? ""}"`,
        ...found.map(({ kind, text }) => `  ${kind.toUpperCase()}: ${text}`),
        ...(run?.lines.map((line) => `  ${line}`) ?? []),
        ...(logged.get(id) ?? []).map(
          ({ at, reply }) => `  in the log at ${at}: ${reply.kind} ${reply.code ?? ""} "${reply.title}"`,
        ),
        `  killed at ${killsNear(history, run?.began ?? 0)}`,
      ];
    }),
  ].join("\n");
}

const count = (names: readonly string[]) =>
  new Map([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]));

const list = (counts: ReadonlyMap<string, number>) =>
  [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, number]) => `${name} ${number}`)
    .join(", ");

const killsNear = ({ kills }: History, began: number) =>
  kills
    .filter((at) => at >= began - 5_000 && at <= began + 60_000)
    .map((at) => new Date(at).toISOString().slice(11, 23))
    .join(", ") || "no time near";
