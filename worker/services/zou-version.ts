/** The oldest Zou that this is tested with. It has every route that is used here. */
export const OLDEST_ZOU = "0.20.85";

/** "0.9.36" is older than "0.20.85". */
export const isTooOld = (version: string): boolean => version.localeCompare(OLDEST_ZOU, "en", { numeric: true }) < 0;
