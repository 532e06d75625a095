// Which Zou the worker works with.

/** The oldest that it is tested against, with every route that is asked for. */
export const OLDEST_ZOU = "0.20.85";

/** "0.9.36" is older than "0.20.85". */
export const isTooOld = (version: string): boolean => version.localeCompare(OLDEST_ZOU, "en", { numeric: true }) < 0;
