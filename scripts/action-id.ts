// The id of an action, and the names that are made of it.

/** "make-movie": is `makeMovie` in code. */
export const toVariable = (id: string) => id.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** "make-movie": is "Make movie" in Kitsu's menu. */
export const toTitle = (id: string) => id.charAt(0).toUpperCase() + id.slice(1).replaceAll("-", " ");
