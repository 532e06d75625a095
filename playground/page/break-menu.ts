/** "Break it": sets the faults of playground/faults/modes.ts, and those of this page. */
import { PLACES } from "../faults/modes.ts";
import { button, element } from "./element.ts";

/** Each takes effect when the page loads, so changing one reloads it. */
const PAGE = [
  ["csp", "closed", "CSP without the worker"],
  ["clipboard", "refused", "Clipboard refuses"],
  ["popups", "blocked", "Popups are blocked"],
  ["referrer", "none", "Referrer-Policy: no-referrer"],
] as const;

export function drawBreakMenu(): HTMLElement {
  const lists = Object.entries(PLACES).map(([place, { modes }]) => drawList(place, modes, apply));
  const panel = element(
    "section",
    { id: "break-menu", hidden: true, "aria-label": "Break it" },
    ...Object.values(PLACES).flatMap(({ title }, at) => {
      const list = lists[at];
      return list ? [element("label", { for: list.id }, title), list] : [];
    }),
    element("span", {}, "This page"),
    element("div", {}, ...PAGE.map(drawVariant)),
    button({ class: "whole" }, fixEverything, "Fix everything"),
  );
  const toggle = button({ class: "drawer-toggle", "aria-expanded": "false", "aria-controls": panel.id }, () => {
    panel.hidden = !panel.hidden;
    toggle.setAttribute("aria-expanded", String(!panel.hidden));
    // Tests and other tabs may have changed it.
    if (!panel.hidden) void ask().then(show);
  });
  toggle.append("Break it");
  void ask().then(show);
  return element("div", { class: "break" }, toggle, panel);

  function apply(): void {
    const faults = Object.fromEntries(lists.flatMap(({ name, value }) => (value ? [[name, value]] : [])));
    void ask({ method: "POST", body: JSON.stringify(faults) }).then(show);
  }

  function show(now: Record<string, string>): void {
    for (const list of lists) list.value = now[list.name] ?? "";
    toggle.classList.toggle("fresh", Object.keys(now).length > 0 || PAGE.some(([key, value]) => isSet(key, value)));
  }

  function fixEverything(): void {
    for (const list of lists) list.value = "";
    apply();
    if (PAGE.some(([key, value]) => isSet(key, value)))
      reload((query) => {
        for (const [key] of PAGE) query.delete(key);
      });
  }
}

function drawList(
  place: string,
  modes: readonly (readonly [name: string, text: string])[],
  onChange: () => void,
): HTMLSelectElement {
  const options = modes.map(([value, text]) => element("option", { value }, text));
  const list = element(
    "select",
    { id: `break-${place}`, name: place },
    element("option", { value: "" }, "works"),
    ...options,
  );
  list.addEventListener("change", onChange);
  return list;
}

function drawVariant([key, value, text]: (typeof PAGE)[number]): HTMLElement {
  const box = element("input", { type: "checkbox", checked: isSet(key, value) });
  box.addEventListener("change", () => reload((query) => (box.checked ? query.set(key, value) : query.delete(key))));
  return element("label", {}, box, text);
}

const isSet = (key: string, value: string) => new URLSearchParams(location.search).get(key) === value;

function reload(change: (query: URLSearchParams) => void): void {
  const query = new URLSearchParams(location.search);
  change(query);
  location.search = query.toString();
}

async function ask(more?: RequestInit): Promise<Record<string, string>> {
  try {
    const { now = {} }: { now?: Record<string, string> } = await (await fetch("/control/faults", more)).json();
    return now;
  } catch {
    return {};
  }
}
