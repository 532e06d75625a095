// The report at the end of a soak.
import { formatTime, type History } from "./history.ts";
import type { Log } from "./log-store.ts";
import type { Studio } from "./studio.ts";
import { VIOLATION_KINDS, type Violation } from "./violations.ts";

type Soak = {
  history: History;
  log: Log;
  studio: Studio;
  violations: readonly Violation[];
  seed: number;
  rounds: number;
};

export function formatSummary({ history, log, studio, violations, seed, rounds }: Soak): string {
  const logged = log.read();
  const outcomes = count(
    [...logged.values()].flat().map(({ reply, undone }) => (undone ? "undone" : (reply.code ?? reply.kind))),
  );
  const byKind = VIOLATION_KINDS.map((kind) => `${kind}: ${violations.filter((one) => one.kind === kind).length}`);
  return [
    `\n\nSeed ${seed}, ${rounds} kills, ${history.runs.size} runs; ${logged.size} in the log, ${studio.jobs.size} jobs on the farms.`,
    `  sent: ${list(history.counts)}`,
    `  outcomes in the log: ${list(outcomes)}`,
    `  faults of the log: ${list(log.refused) || "none"}`,
    `  faults of Kitsu: ${list(studio.kitsuProxy.counts) || "none"}; of the studio's server: ${list(studio.forwardProxy.counts) || "none"}`,
    `  ${byKind.join(", ")}, other faults: ${history.faults.length}`,
    ...history.faults.map((text) => `\n${text}`),
    ...[...Map.groupBy(violations, ({ run }) => run)].flatMap(([id, found]) => {
      const run = history.runs.get(id);
      return [
        `\nRun ${id}, ${run?.action ?? "unknown action"}, tag "${run?.tag ?? ""}"`,
        ...found.map(({ kind, text }) => `  ${kind.toUpperCase()}: ${text}`),
        ...(run?.lines.map((line) => `  ${line}`) ?? []),
        ...(logged.get(id) ?? []).map(
          ({ at, reply }) => `  logged at ${at}: ${reply.kind} ${reply.code ?? ""} "${reply.title}"`,
        ),
        `  kills: ${listKills(history, run?.startedAt ?? 0)}`,
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

const listKills = ({ kills }: History, startedAt: number) =>
  kills
    .filter((at) => at >= startedAt - 5_000 && at <= startedAt + 60_000)
    .map(formatTime)
    .join(", ") || "none near it";
