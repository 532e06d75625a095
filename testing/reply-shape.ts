// What two replies to the same call have in common, whoever sent it and on whichever tasks.
import * as v from "valibot";
import { Reply } from "../contract.ts";

/**
 * The kind of a reply and what is in it, without texts, names and numbers, and without how many
 * tasks were done or skipped: of a failure its code, of a question its fields, of tables their
 * columns.
 */
export function shapeOf(value: unknown): Record<string, unknown> {
  const reply = v.parse(Reply, value);
  const { kind } = reply;
  const unique = (items: readonly string[] = []) => [...new Set(items)];
  switch (reply.kind) {
    case "done":
      return {
        kind,
        hasOutcomes: (reply.outcomes?.length ?? 0) > 0,
        effects: unique(reply.effects?.map((effect) => effect.kind)),
        tables: unique(reply.tables?.map(({ columns }) => columns.join(" | "))),
        charts: unique(reply.charts?.map((chart) => chart.kind)),
      };
    case "ask":
      return {
        kind,
        fields: reply.fields.map(({ name, type }) => `${name}: ${type}`),
        asksToConfirm: reply.plan !== undefined,
      };
    case "failed":
      return { kind, code: reply.code };
    default:
      return { kind };
  }
}
