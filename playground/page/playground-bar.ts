/** The strip on top that is not Kitsu's: what this is, its variants, the action server, and the drawer. */
import { drawBreakMenu } from "./break-menu.ts";
import { drawDrawer } from "./drawer.ts";
import { button, element } from "./element.ts";
import { drawFarmSwitch } from "./farm-switch.ts";
import { drawPersonSwitch } from "./person-switch.ts";
import { onSent } from "./sent.ts";
import type { Store } from "./store.ts";

export type Surroundings = { worker: string; hasFarms: boolean };

export function fillPlaygroundBar(bar: HTMLElement, { worker, hasFarms }: Surroundings, store: Store): void {
  const drawer = drawDrawer();
  const toggle = button(
    { id: "drawer-toggle", class: "drawer-toggle", "aria-expanded": "false", "aria-controls": drawer.id },
    () => {
      drawer.hidden = !drawer.hidden;
      toggle.setAttribute("aria-expanded", String(!drawer.hidden));
    },
  );
  toggle.append("What Kitsu sent");
  // A sign that there is something new, and no more: an open drawer would cover what the person is looking at.
  onSent(() => toggle.classList.add("fresh"));
  toggle.addEventListener("click", () => toggle.classList.remove("fresh"));
  bar.append(
    element("strong", { class: "badge" }, "Playground"),
    element("span", { class: "about" }, "An imitation of Kitsu. Nothing here is real but the requests."),
    drawPersonSwitch(store),
    element(
      "nav",
      { class: "variants", "aria-label": "Variants" },
      ...drawVariants("Userscript", "userscript", USERSCRIPTS),
      ...drawVariants("CSP", "csp", CSPS),
    ),
    ...(window.top === window ? [drawSmallWindow()] : []),
    ...(hasFarms ? [drawFarmSwitch()] : []),
    drawBreakMenu(),
    element("span", { class: "filler" }),
    element("a", { href: `${worker}/`, target: "_blank" }, "Action server"),
    element("a", { href: `${worker}/runs`, target: "_blank" }, "Log"),
    toggle,
    drawer,
  );
}

type Choices = readonly (readonly [value: string, text: string, title: string])[];

const USERSCRIPTS: Choices = [
  ["", "early", "Runs before the page does, as a userscript manager means to"],
  ["late", "late", "Runs 1.5 s after the page has started"],
  ["off", "off", "Not included: install it in a userscript manager"],
];
const CSPS: Choices = [
  ["", "none", "As Kitsu is delivered"],
  ["strict", "strict", "As a careful studio might set it, with Trusted Types"],
];

const LAPTOP = "1366x768";

/** The same page as a laptop has room for it. */
function drawSmallWindow(): HTMLElement {
  const link = element(
    "a",
    { class: "small-window", href: "", title: "In a frame of the size of a laptop's window" },
    "1366×768",
  );
  link.addEventListener("click", () => {
    const query = new URLSearchParams(location.search);
    query.set("window", LAPTOP);
    link.href = `${location.pathname}?${query}`;
  });
  return link;
}

/** A reload, because each is about how the page starts. */
function drawVariants(name: string, key: string, choices: Choices): HTMLElement[] {
  const current = new URLSearchParams(location.search).get(key) ?? "";
  const links = choices.map(([value, text, title]) => {
    const link = element(
      "a",
      { href: "", title, "aria-label": `${name}: ${text}`, "aria-current": value === current ? "true" : undefined },
      text,
    );
    // The path changes without a reload, so the address is made when it is followed.
    link.addEventListener("click", () => {
      const query = new URLSearchParams(location.search);
      if (value) query.set(key, value);
      else query.delete(key);
      link.href = `${location.pathname}${query.size > 0 ? `?${query}` : ""}`;
    });
    return link;
  });
  return [element("span", { class: "variant-name" }, `${name}:`), ...links];
}
