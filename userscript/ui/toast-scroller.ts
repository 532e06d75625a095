/**
 * The scroll container of the toasts. It stays at the newest toast, at the end, until the person
 * scrolls away.
 */
import { ignoreErrors } from "../realm.ts";
import { createElement } from "./element.ts";

/** This close to the end still counts as the end. */
const SLACK_PX = 8;

let isAtEnd = true;
export const scroller = createElement("div", { class: "stack", scroll: onScroll });
const growth = new ResizeObserver(() => ignoreErrors(scrollToNewest));
growth.observe(scroller);

/** Watches for any change of size: a new text, a loaded picture, another font. */
export function watchGrowth(element: Element): void {
  growth.observe(element);
}

/** Returns to the end, unless someone is reading. */
export function resumeScrolling(): void {
  isAtEnd ||= !scroller.matches(":hover, :focus-within");
}

export function scrollToNewest(): void {
  if (!isAtEnd) return;
  scroller.scrollTop = scroller.scrollHeight;
  ownTop = scroller.scrollTop;
}

/** Where the last scroll of our own ended. Its event may come after a toast has grown. */
let ownTop = 0;

function onScroll(): void {
  const { scrollTop, clientHeight, scrollHeight } = scroller;
  if (scrollTop + clientHeight > scrollHeight - SLACK_PX) isAtEnd = true;
  else if (scrollTop !== ownTop) isAtEnd = false;
}
