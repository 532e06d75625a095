/**
 * Creates elements. Text becomes text nodes and never markup: the script runs in Kitsu's origin, so
 * an injection here would be an XSS in Kitsu.
 */
import { ignoreErrors } from "../realm.ts";

type Child = Node | string | undefined;
type Property = string | number | boolean | undefined | ((event: Event) => void);
type Properties = Readonly<Record<string, Property>>;

const ICON_PATHS = {
  pending: "M12 2a10 10 0 1 0 10 10",
  success: "M12 2a10 10 0 1 0 .1 0M8 12l3 3 5-6",
  info: "M12 2a10 10 0 1 0 .1 0M12 16v-4M12 8v.1",
  warning: "M12 3 2 21h20zM12 10v4M12 17v.1",
  error: "M12 2a10 10 0 1 0 .1 0M15 9l-6 6M9 9l6 6",
  close: "M18 6 6 18M6 6l12 12",
  fold: "M6 9l6 6 6-6",
  move: "M12 2v20M2 12h20M9 5l3-3 3 3M9 19l3 3 3-3M5 9l-3 3 3 3M19 9l3 3-3 3",
  history: "M12 2a10 10 0 1 0 .1 0M12 7v5l4 2",
} as const;

/** Adds functions as listeners, and leaves out undefined and false. */
export function createElement<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties,
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(name, (event) => ignoreErrors(() => value(event)));
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/**
 * The icons are in the style of Lucide, which Kitsu uses. Hidden from screen readers, which read
 * the text beside them.
 */
export function createIcon(name: keyof typeof ICON_PATHS): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICON_PATHS[name]);
  svg.append(path);
  return svg;
}
