// Light or dark, before the page is painted: a script of its own, for the other one waits for the whole page.

/** Kitsu's own switch (src/store/modules/main.js), which is there where we are a path of Kitsu's host. */
const KITSU_KEY = "dark-theme";
/** What the action server was told last of how Kitsu looks, for the pages that nobody is known on: the log, a run's own page. */
const TOLD_KEY = "kitsu-actions:theme";

const root = document.documentElement;
const theme = readKitsu() ?? readTold();
if (theme !== undefined) root.dataset.theme = theme;

function readKitsu(): string | undefined {
  const isDark = read(KITSU_KEY);
  if (isDark === "true") return "dark";
  return isDark === "false" ? "light" : undefined;
}

/** By the page itself, or by the address it was led to. */
function readTold(): string | undefined {
  const told = root.dataset.theme ?? new URLSearchParams(location.search).get("theme");
  const isNew = told === "dark" || told === "light";
  try {
    if (isNew) localStorage.setItem(TOLD_KEY, told);
  } catch {
    // It is light or dark all the same.
  }
  return isNew ? told : (read(TOLD_KEY) ?? undefined);
}

/** Storage may be forbidden. */
function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
