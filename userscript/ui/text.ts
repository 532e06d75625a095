/** Text that may mix left-to-right and right-to-left scripts. */
import { createElement } from "./element.ts";

const RIGHT_TO_LEFT = "\\u0590-\\u08ff\\ufb1d-\\ufdff\\ufe70-\\ufefc";
const LEFT_TO_RIGHT = /[A-Za-z\u00c0-\u058f]/g;
/** May consist of several words. */
const NAME = new RegExp(`([${RIGHT_TO_LEFT}](?:[${RIGHT_TO_LEFT} ]*[${RIGHT_TO_LEFT}])?)`);

/**
 * Uses the direction of most of the letters: an English sentence that starts with an Arabic name is
 * left-to-right. The name is isolated, because otherwise the colon and the number after it would
 * take its direction.
 */
export function renderText(properties: Parameters<typeof createElement>[1], text = ""): HTMLElement {
  const parts = text.split(NAME);
  const names = parts.filter((_, at) => at % 2).join("").length;
  const isLeftToRight = names <= (text.match(LEFT_TO_RIGHT)?.length ?? 0);
  const children = isLeftToRight ? parts.map((part, at) => (at % 2 ? createElement("bdi", {}, part) : part)) : [text];
  return createElement("p", { ...properties, dir: isLeftToRight ? "ltr" : "rtl" }, ...children);
}
