/**
 * Light or dark, like Kitsu. Needs a browser, because the script runs before the page is painted.
 */
import { expect, test } from "@playwright/test";
import { build } from "esbuild";
import { style } from "../../../../worker/pages/page-style.ts";

const SCRIPT = new URL("../../../../worker/pages/script/theme.ts", import.meta.url).pathname;
const [LIGHT, DARK] = ["rgb(246, 246, 246)", "rgb(54, 57, 63)"];

type Theme = "light" | "dark";
type Case = { system: Theme; kitsu?: string; told?: string; colour: string; about: string };
const CASES: Case[] = [
  { about: "the system's, where nothing else is known", system: "dark", colour: DARK },
  { about: "Kitsu's own switch, on Kitsu's host", system: "light", kitsu: "true", told: "light", colour: DARK },
  { about: "Kitsu's own switch, against a dark system", system: "dark", kitsu: "false", colour: LIGHT },
  { about: "the system's, where that switch says nothing", system: "light", kitsu: "null", colour: LIGHT },
  { about: "what the last call said", system: "light", told: "dark", colour: DARK },
  { about: "what the last call said, against a dark system", system: "dark", told: "light", colour: LIGHT },
  { about: "the system's, where the cookie says nonsense", system: "light", told: "darkest", colour: LIGHT },
];

for (const { about, system, kitsu, told, colour } of CASES) {
  test(`a page is light or dark by ${about}`, async ({ page, context }) => {
    const { outputFiles } = await build({ entryPoints: [SCRIPT], bundle: true, write: false, format: "iife" });
    await page.route("https://edge.studio.tld/**", (route) => {
      const { pathname } = new URL(route.request().url());
      if (pathname === "/theme.js")
        return route.fulfill({ contentType: "text/javascript", body: outputFiles[0]?.text ?? "" });
      if (pathname === "/style.css") return route.fulfill({ contentType: "text/css", body: style });
      return route.fulfill({
        contentType: "text/html",
        headers: { "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'" },
        body: `<!doctype html><html lang="en"><head><link rel="stylesheet" href="/style.css"><script src="/theme.js"></script></head><h1>x</h1>`,
      });
    });
    await page.emulateMedia({ colorScheme: system });
    if (told !== undefined)
      await context.addCookies([{ name: "kitsu_actions_theme", value: told, url: "https://edge.studio.tld/" }]);
    if (kitsu !== undefined) await page.addInitScript((isDark) => localStorage.setItem("dark-theme", isDark), kitsu);
    await page.goto("https://edge.studio.tld/runs");
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(colour);
    await page.emulateMedia({ media: "print" });
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe("light");
  });
}
