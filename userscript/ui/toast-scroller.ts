/** What the toasts are in. It follows the newest, at the end, until the person scrolls away from it. */
import { quietly } from "../realm.ts";
import { h } from "./element.ts";

/** As far from the end it still counts as there. */
const SLACK_PX = 8;

let isAtEnd = true;
export const scroller = h("div", { class: "stack", scroll: look });
const growth = new ResizeObserver(() => quietly(keepNewest));
growth.observe(scroller);

/** Whatever makes this larger or smaller: an answer, a picture that has come, another font. */
export function watchGrowth(element: Element): void {
  growth.observe(element);
}

/** To the end again, where nobody is reading. */
export function followNewest(): void {
  isAtEnd ||= !scroller.matches(":hover, :focus-within");
}

export function keepNewest(): void {
  if (isAtEnd) scroller.scrollTop = scroller.scrollHeight;
}

function look(): void {
  const { scrollTop, clientHeight, scrollHeight } = scroller;
  isAtEnd = scrollTop + clientHeight > scrollHeight - SLACK_PX;
}
