// Counts requests by route and status.
import { drawTable } from "../../scripts/table.ts";

export class ResponseCounts {
  cases = 0;
  requests = 0;
  readonly #counts = new Map<string, Map<number, number>>();

  count(route: string, status: number): void {
    this.requests += 1;
    const statuses = this.#counts.get(route) ?? new Map<number, number>();
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    this.#counts.set(route, statuses);
  }

  /** A table of how often each route answered with each status. */
  draw(): string {
    const statuses = [...new Set([...this.#counts.values()].flatMap((counts) => [...counts.keys()]))].sort(
      (a, b) => a - b,
    );
    const rows = [...this.#counts]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([route, counts]) => [route, ...statuses.map((status) => counts.get(status)?.toLocaleString("en") ?? "")]);
    return drawTable(["route", ...statuses.map(String)], rows);
  }
}
