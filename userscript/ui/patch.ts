/** Brings what is shown up to date in place: what somebody reads, has opened or is about to press stays the element it is. */
import { replaceList } from "./list-dialog.ts";

export function patch(place: Element, next: readonly Element[]): void {
  const old = [...place.children];
  if (old.length !== next.length) place.replaceChildren(...next);
  else for (const [at, element] of next.entries()) bring(old[at] ?? element, element);
}

function bring(old: Element, next: Element): void {
  const are = (tag: string) => old.matches(tag) && next.matches(tag);
  if (are(".lists")) patch(old, [...next.children]);
  else if (are(".list")) replaceList(old, next);
  else if (are("progress")) for (const { name, value } of next.attributes) old.setAttribute(name, value);
  else if (are("img")) bringPicture(old, next);
  else if (!old.isEqualNode(next)) old.replaceWith(next);
}

/** The old picture is seen until the new one is there. */
function bringPicture(old: Element, next: Element): void {
  const src = next.getAttribute("src");
  if (src !== null && src !== old.getAttribute("src")) old.setAttribute("src", src);
}
