/** Each kind of field: its accessible name and state, what it sends, and its keys. */
import { bodies, expect, test } from "../support/browser/fixture.ts";
import { ask, done, FIELDS, text } from "../support/browser/replies.ts";

test("shows the value of every kind of field, and sends it, changed or not", async ({
  kitsu,
  toasts,
  dialog,
  worker,
}) => {
  await kitsu.openAndRun("Ask", ({ input }) => ({ body: input ? done("Thank you") : ask("All of them", FIELDS) }));
  await expect(dialog.getByLabel("lines")).toHaveValue("one\ntwo");
  await expect(dialog.getByLabel("who")).toHaveValue("p7");
  await expect(dialog.getByText("plan")).toHaveCount(0);
  await dialog.getByLabel("line *").fill("a b");
  await dialog.getByRole("button", { name: "Continue" }).click();
  await expect(toasts).toContainText("Thank you");
  expect(bodies(worker)[1]?.input).toEqual({
    line: "a b",
    lines: "one\ntwo",
    count: "10",
    yes: true,
    no: false,
    side: "",
    sides: ["right"],
    day: "2026-11-23",
    who: "p7",
    status: "wip",
    everybody: ["p1"],
    color: "left",
    bare: "",
    plan: "as it came",
  });
});

test("uses the browser's own controls, with labels, limits and help", async ({ kitsu, dialog }) => {
  await kitsu.openAndRun("Ask", { body: ask("All of them", FIELDS) });
  const line = dialog.getByRole("textbox", { name: "line *", exact: true });
  await expect(line).toHaveAccessibleDescription("Short.");
  for (const [name, value] of Object.entries({
    maxlength: "20",
    placeholder: "a few words",
    required: "",
  })) {
    await expect(line).toHaveAttribute(name, value);
  }
  await expect(dialog.getByRole("textbox", { name: "count" })).toHaveAttribute("inputmode", "decimal");
  await expect(dialog.getByLabel("day")).toHaveAttribute("min", "2026-11-01");
  await expect(dialog.getByRole("group", { name: "sides" }).getByRole("checkbox")).toHaveCount(2);
  await expect(dialog.getByRole("group", { name: "everybody" }).getByRole("checkbox")).toHaveCount(300);
  // A required choice starts empty; an optional one can be emptied again.
  await expect(dialog.getByRole("combobox", { name: "side *" }).getByRole("option")).toHaveText(["–", "left", "right"]);
  await expect(dialog.getByLabel("status").getByRole("option")).toHaveCount(2);
  await expect(dialog.getByLabel("who").getByRole("option").first()).toHaveText("–");
  await expect(dialog.getByRole("textbox", { name: "color" })).toHaveValue("left");
});

test("shows the color of the chosen status", async ({ kitsu, dialog }) => {
  const evil = [{ value: "x", label: "x", color: "red;background:url(https://evil.tld/)" }];
  await kitsu.openAndRun("Ask", {
    body: ask("Which?", [FIELDS[9] ?? text(""), text("evil", { type: "one-of", options: evil, value: "x" })]),
  });
  const status = dialog.getByLabel("status");
  await expect(status).toHaveCSS("border-left-color", "rgb(50, 115, 220)");
  await status.selectOption("wfa");
  await expect(status).toHaveCSS("border-left-color", "rgb(171, 38, 255)");
  await expect(dialog.getByLabel("evil")).toHaveCSS("background-image", "none");
});

test("finds one of 300 people by their first letter, and selects several with the keyboard", async ({
  kitsu,
  toasts,
  dialog,
  page,
  worker,
}) => {
  await kitsu.openAndRun("Ask", ({ input }) => ({
    body: input ? done("Thank you") : ask("Who?", FIELDS.slice(8, 11)),
  }));
  await expect(dialog.getByLabel("who")).toBeFocused();
  await page.keyboard.type("Grace Hopper 29");
  await expect(dialog.getByLabel("who")).toHaveValue("p29");
  const box = (name: string) => dialog.getByRole("checkbox", { name, exact: true });
  await box("Alan Turing 1").uncheck();
  await dialog.getByLabel("status").focus();
  for (const key of ["Tab", "g", "g", "Space", "ArrowDown", "ArrowDown", "ArrowUp", "Space", "a"])
    await page.keyboard.press(key);
  await expect(box("Alan Turing 7")).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  await dialog.getByRole("button", { name: "Continue" }).click();
  await expect(toasts).toContainText("Thank you");
  expect(bodies(worker)[1]?.input).toMatchObject({ who: "p29", everybody: ["p5", "p6"] });
});

test("sends a number as it was typed, and leaves its validation to the action", async ({
  kitsu,
  toasts,
  dialog,
  page,
  worker,
}) => {
  await kitsu.openAndRun("Ask", ({ input }) => ({
    body: input ? done("Thank you") : ask("How many?", [text("count", { type: "number" })]),
  }));
  await expect(dialog.getByLabel("count")).toBeFocused();
  await page.keyboard.type("1,5 or so");
  await page.keyboard.press("Enter");
  await expect(toasts).toContainText("Thank you");
  expect(bodies(worker)[1]?.input).toEqual({ count: "1,5 or so" });
});
