/** "14:02 UTC", or with the date if it is long ago. In UTC, because the reader's time zone is unknown. */
export function formatSince(ms: number): string {
  const [day = "", time = ""] = new Date(ms).toISOString().split(/[T.]/);
  const isLongAgo = Date.now() - ms > TIME_ONLY_MAX_MS;
  return `${isLongAgo ? `${day} ` : ""}${time.slice(0, 5)} UTC`;
}

const TIME_ONLY_MAX_MS = 12 * 3_600_000;
