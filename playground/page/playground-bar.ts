/** The playground's own bar at the top: its variants, faults and links, and the drawer. */
import { drawBreakMenu } from "./break-menu.ts";
import { drawDrawer } from "./drawer.ts";
import { button, element } from "./element.ts";
import { drawFarmSwitch } from "./farm-switch.ts";
import { drawPersonSwitch } from "./person-switch.ts";
import { onSent } from "./sent.ts";
import type { Store } from "./store.ts";

export type Surroundings = { worker: string; hasFarms: boolean; hasTexts: boolean };

export function fillPlaygroundBar(bar: HTMLElement, { worker, hasFarms, hasTexts }: Surroundings, store: Store): void {
  const drawer = drawDrawer();
  const toggle = button(
    { id: "drawer-toggle", class: "drawer-toggle", "aria-expanded": "false", "aria-controls": drawer.id },
    () => {
      drawer.hidden = !drawer.hidden;
      toggle.setAttribute("aria-expanded", String(!drawer.hidden));
    },
  );
  toggle.append("What Kitsu sent");
  // Only mark the button: opening the drawer would cover what the person is looking at.
  onSent(() => toggle.classList.add("fresh"));
  toggle.addEventListener("click", () => toggle.classList.remove("fresh"));
  bar.append(
    element("strong", { class: "badge" }, "Playground"),
    element("span", { class: "about" }, "An imitation of Kitsu. Only the requests are real."),
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
    ...(hasTexts ? [element("a", { href: "/messages", target: "_blank" }, "Texts")] : []),
    toggle,
    drawer,
  );
}

type Choices = readonly (readonly [value: string, text: string, title: string])[];

const USERSCRIPTS: Choices = [
  ["", "early", "Runs before the page does, as in a userscript manager"],
  ["late", "late", "Runs 1.5 s after the page has started"],
  ["off", "off", "Not included, for a userscript manager of your own"],
];
const CSPS: Choices = [
  ["", "none", "As in a default Kitsu"],
  ["strict", "strict", "A strict policy with Trusted Types"],
];

const LAPTOP = "1366x768";

/** Shows the same page at the size of a laptop's window. */
function drawSmallWindow(): HTMLElement {
  const link = element(
    "a",
    { class: "small-window", href: "", title: "Show the page at the size of a laptop's window" },
    "1366×768",
  );
  link.addEventListener("click", () => {
    const query = new URLSearchParams(location.search);
    query.set("window", LAPTOP);
    link.href = `${location.pathname}?${query}`;
  });
  return link;
}

/** Each takes effect when the page loads, so choosing one reloads it. */
function drawVariants(name: string, key: string, choices: Choices): HTMLElement[] {
  const current = new URLSearchParams(location.search).get(key) ?? "";
  const links = choices.map(([value, text, title]) => {
    const link = element(
      "a",
      { href: "", title, "aria-label": `${name}: ${text}`, "aria-current": value === current ? "true" : undefined },
      text,
    );
    // The path changes without a reload, so build the address when the link is clicked.
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
