// Light or dark, before the page is painted: a script of its own, for the other one waits for the
// whole page.

/**
 * Kitsu's own switch (src/store/modules/main.js), which is there where we are a path of Kitsu's
 * host.
 */
const KITSU_KEY = "dark-theme";
/** How Kitsu looked at the last AJAX call: worker/pages/theme-cookie.ts. */
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
