/** Each kind of field: how it looks to those who see no screen, what it sends, and what its keys do. */
import { bodies, expect, test } from "../support/browser/fixture.ts";
import { ask, done, FIELDS, text } from "../support/browser/replies.ts";

test("every kind of field shows its value and sends it, touched or not", async ({
  addAction,
  openKitsu,
  run,
  toasts,
  dialog,
  worker,
}) => {
  addAction("Ask", ({ input }) => ({ body: input ? done("Thank you") : ask("All of them", FIELDS) }));
  await openKitsu();
  await run("Ask");
  await expect(dialog.getByLabel("lines")).toHaveValue("one\ntwo");
  await expect(dialog.getByLabel("who")).toHaveValue("p7");
  await expect(dialog.getByText("plan")).toHaveCount(0);
  await dialog.getByLabel("line *").fill("a b");
  await dialog.getByRole("button", { name: "Go on" }).click();
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

test("fields are the browser's own, with names, bounds and help", async ({ addAction, openKitsu, run, dialog }) => {
  addAction("Ask", { body: ask("All of them", FIELDS) });
  await openKitsu();
  await run("Ask");
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
  // What must be chosen is not chosen by chance; what need not be can be given up.
  await expect(dialog.getByRole("combobox", { name: "side *" }).getByRole("option")).toHaveText(["–", "left", "right"]);
  await expect(dialog.getByLabel("status").getByRole("option")).toHaveCount(2);
  await expect(dialog.getByLabel("who").getByRole("option").first()).toHaveText("–");
  await expect(dialog.getByRole("textbox", { name: "color" })).toHaveValue("left");
});

test("a status has its color, and changes it", async ({ addAction, openKitsu, run, dialog }) => {
  const evil = [{ value: "x", label: "x", color: "red;background:url(https://evil.tld/)" }];
  addAction("Ask", {
    body: ask("Which?", [FIELDS[9] ?? text(""), text("evil", { type: "one-of", options: evil, value: "x" })]),
  });
  await openKitsu();
  await run("Ask");
  const status = dialog.getByLabel("status");
  await expect(status).toHaveCSS("border-left-color", "rgb(50, 115, 220)");
  await status.selectOption("wfa");
  await expect(status).toHaveCSS("border-left-color", "rgb(171, 38, 255)");
  await expect(dialog.getByLabel("evil")).toHaveCSS("background-image", "none");
});

test("300 persons are found by their letters, and several of them taken by key", async ({
  addAction,
  openKitsu,
  run,
  toasts,
  dialog,
  page,
  worker,
}) => {
  addAction("Ask", ({ input }) => ({ body: input ? done("Thank you") : ask("Who?", FIELDS.slice(8, 11)) }));
  await openKitsu();
  await run("Ask");
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
  await dialog.getByRole("button", { name: "Go on" }).click();
  await expect(toasts).toContainText("Thank you");
  expect(bodies(worker)[1]?.input).toMatchObject({ who: "p29", everybody: ["p5", "p6"] });
});

test("a number is sent as it was typed: whether it is one is for the action to say", async ({
  addAction,
  openKitsu,
  run,
  toasts,
  dialog,
  page,
  worker,
}) => {
  addAction("Ask", ({ input }) => ({
    body: input ? done("Thank you") : ask("How many?", [text("count", { type: "number" })]),
  }));
  await openKitsu();
  await run("Ask");
  await expect(dialog.getByLabel("count")).toBeFocused();
  await page.keyboard.type("1,5 or so");
  await page.keyboard.press("Enter");
  await expect(toasts).toContainText("Thank you");
  expect(bodies(worker)[1]?.input).toEqual({ count: "1,5 or so" });
});
