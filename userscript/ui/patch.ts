/**
 * Updates elements in place, so that what someone is reading, has opened or is about to click stays
 * the same element.
 */
import { replaceList } from "./list-dialog.ts";

export function patch(parent: Element, next: readonly Element[]): void {
  const old = [...parent.children];
  if (old.length !== next.length) parent.replaceChildren(...next);
  else for (const [at, element] of next.entries()) patchElement(old[at] ?? element, element);
}

function patchElement(old: Element, next: Element): void {
  const bothMatch = (tag: string) => old.matches(tag) && next.matches(tag);
  if (bothMatch(".lists")) patch(old, [...next.children]);
  else if (bothMatch(".list")) replaceList(old, next);
  else if (bothMatch("progress")) for (const { name, value } of next.attributes) old.setAttribute(name, value);
  else if (bothMatch("img")) patchPicture(old, next);
  else if (!old.isEqualNode(next)) old.replaceWith(next);
}

/** The old picture stays visible until the new one has loaded. */
function patchPicture(old: Element, next: Element): void {
  const src = next.getAttribute("src");
  if (src !== null && src !== old.getAttribute("src")) old.setAttribute("src", src);
}
