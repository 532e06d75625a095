/** When what was always there was made: some day before the productions began. */
export const NEVER = { created_at: "2026-01-05T09:00:00", updated_at: "2026-01-05T09:00:00" } as const;
