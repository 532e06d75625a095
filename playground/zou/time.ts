/** Times as Zou writes them: "2026-11-20T09:15:00", UTC in whole seconds, without a time zone. */
export const formatTime = (ms: number): string => new Date(ms).toISOString().slice(0, 19);

/** The dates of rows that exist from the beginning: a day before the productions began. */
export const LONG_AGO = { created_at: "2026-01-05T09:00:00", updated_at: "2026-01-05T09:00:00" } as const;
