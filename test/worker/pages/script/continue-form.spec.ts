// Erasing a person in a browser: the page goes on by itself, and shows how far it is.
import { expect, test } from "@playwright/test";
import { build } from "esbuild";
import { ENGLISH } from "../../../../worker/format/reader.ts";
import { style } from "../../../../worker/pages/page-style.ts";

const SCRIPT = new URL("../../../../worker/pages/script/index.ts", import.meta.url).pathname;
const ORIGIN = "https://edge.studio.tld";
const PERSON = "ada@studio.tld";
const ADA = "9a8b7c6d-5e4f-4a3b-9c2d-1e0f9a8b7c6d";
const SETTINGS = { basePath: "", kitsuUrls: ["https://kitsu.studio.tld"], logToken: "a-token", access: undefined };

/** Imported by URL, because workerd's types and Node's conflict. */
const { renderPersonData } = await import(new URL("../../../../worker/pages/person-page.ts", import.meta.url).href);

test("erases part by part, after one click", async ({ page }) => {
  const { outputFiles } = await build({ entryPoints: [SCRIPT], bundle: true, write: false, format: "iife" });
  const sent: object[] = [];
  await page.route("**/*", async (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === "/page.js")
      return route.fulfill({ contentType: "text/javascript", body: outputFiles[0]?.text ?? "" });
    if (pathname === "/style.css") return route.fulfill({ contentType: "text/css", body: style });
    if (!pathname.startsWith("/runs/person")) return route.fulfill({ status: 404 });
    const isPost = route.request().method() === "POST";
    if (isPost) sent.push(Object.fromEntries(new URLSearchParams(route.request().postData() ?? "")));
    const erased = sent.length * 6;
    const cursor = sent.length < 4 ? `part ${sent.length}` : undefined;
    const ids = sent.length < 3 ? [] : [ADA];
    const erasure = { erased, running: 1, ids, searched: erased * 100, until: 0, cursor };
    const context = { settings: SETTINGS, reader: ENGLISH, person: PERSON };
    const response = renderPersonData({ ...context, ...(isPost && { erasure }) });
    await route.fulfill({ contentType: "text/html", body: await response.text() });
  });
  await page.goto(`${ORIGIN}/runs/person?person=${PERSON}`);
  await expect(page.getByRole("link", { name: "JSON" })).toHaveAttribute("href", /person=ada%40studio.tld/);
  expect(sent).toEqual([]);
  await page.getByRole("button", { name: "Erase" }).click();
  await expect(page.getByText("done Runs erased: 24.")).toBeVisible();
  await expect(page.getByText("Runs that have not ended: 1. Erase again afterwards.")).toBeVisible();
  expect(sent).toEqual([
    { person: PERSON },
    { person: PERSON, cursor: "part 1", erased: "6", running: "1" },
    { person: PERSON, cursor: "part 2", erased: "12", running: "1" },
    { person: PERSON, cursor: "part 3", erased: "18", running: "1", ids: ADA },
  ]);
  await page.getByRole("link", { name: ADA }).click();
  await expect(page).toHaveURL(`${ORIGIN}/runs/person?person=${ADA}`);
});
