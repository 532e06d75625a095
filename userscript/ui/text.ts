/** Sentences, some of them with names in another direction than ours. */
import { h } from "./element.ts";

const RIGHT_TO_LEFT = "\\u0590-\\u08ff\\ufb1d-\\ufdff\\ufe70-\\ufefc";
const LEFT_TO_RIGHT = /[A-Za-z\u00c0-\u058f]/g;
/** A name of several words. */
const NAME = new RegExp(`([${RIGHT_TO_LEFT}](?:[${RIGHT_TO_LEFT} ]*[${RIGHT_TO_LEFT}])?)`);

/**
 * Goes the way of most of its letters: an English line that begins with an Arabic name is an English line. The name is kept apart in it, for
 * otherwise the colon and the number after it would go its way.
 */
export function drawText(properties: Parameters<typeof h>[1], text = ""): HTMLElement {
  const parts = text.split(NAME);
  const names = parts.filter((_, at) => at % 2).join("").length;
  const isOurs = names <= (text.match(LEFT_TO_RIGHT)?.length ?? 0);
  const shown = isOurs ? parts.map((part, at) => (at % 2 ? h("bdi", {}, part) : part)) : [text];
  return h("p", { ...properties, dir: isOurs ? "ltr" : "rtl" }, ...shown);
}
