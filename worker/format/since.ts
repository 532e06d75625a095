/** Since when, for people: in UTC, for nobody knows where they read it; with the day once that is in doubt. */
export function formatSince(ms: number): string {
  const [day = "", time = ""] = new Date(ms).toISOString().split(/[T.]/);
  const isLong = Date.now() - ms > DAY_DOUBTFUL_MS;
  return `${isLong ? `${day} ` : ""}${time.slice(0, 5)} UTC`;
}

const DAY_DOUBTFUL_MS = 12 * 3_600_000;
