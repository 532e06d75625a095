// Sets light or dark before the page is painted. A separate script, because the other one waits for
// the whole page.

/** Kitsu's own setting (src/store/modules/main.js), readable if we are a path on Kitsu's host. */
const KITSU_KEY = "dark-theme";
/** Kitsu's theme at the last AJAX call: worker/pages/theme-cookie.ts. */
const COOKIE = /(?:^|; )kitsu_actions_theme=(light|dark)(?:;|$)/;

const theme = readKitsu() ?? COOKIE.exec(document.cookie)?.[1];
if (theme !== undefined) document.documentElement.dataset.theme = theme;

function readKitsu(): string | undefined {
  try {
    return { true: "dark", false: "light" }[localStorage.getItem(KITSU_KEY) ?? ""];
  } catch {
    // Storage may be forbidden.
    return undefined;
  }
}
