/** Links and buttons. */
import type { Link } from "../../contract.ts";
import { words } from "../i18n/index.ts";
import { goTo } from "../kitsu-page.ts";
import { mayOpen } from "../run-url.ts";
import type { Press } from "../toast-content.ts";
import { h } from "./element.ts";

/** What can be pressed for a time only, and whether that is over. */
const passing = new Map<HTMLElement, () => boolean>();

/** A URL has passed `isOpenable` by now. A custom protocol starts a program and would leave an empty tab behind. */
export function drawPress({
  label,
  url: href,
  name: download,
  atOnce,
  text,
  path,
  act,
  isOver,
  isBusy,
}: Press): HTMLElement {
  const target = href && /^http/.test(href) && "_blank";
  const click = text !== undefined ? () => copy(text, element) : path !== undefined ? () => goTo(path) : act;
  const properties = {
    class: "press",
    href,
    target,
    rel: "noopener noreferrer",
    download,
    "data-at-once": atOnce,
    "aria-disabled": isBusy && "true",
    click,
  };
  const element: HTMLElement = h(href ? "a" : "button", properties, label);
  if (isOver) passing.set(element, isOver);
  return element;
}

/** What may not be opened is shown as text instead. */
export function drawLinkOrText({ label, url }: Link): HTMLElement {
  return mayOpen(url) ? drawPress({ label, url }) : h("p", {}, `${label}: ${url}`);
}

/** Takes away what can't be pressed any more. */
export function removePassed(): void {
  for (const [button, isOver] of passing) {
    if (button.isConnected && !isOver()) continue;
    passing.delete(button);
    button.remove();
  }
}

/** Over http there is no navigator.clipboard, and studios do run Kitsu over http in their own network. */
async function copy(text: string, button: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = h("textarea", { class: "say" }, text);
    button.after(area);
    area.select();
    const isCopied = document.execCommand("copy");
    area.remove();
    button.focus();
    if (!isCopied) return showText(text, button);
  }
  button.textContent = words().copied;
}

/** What may not be put on the clipboard is there to be copied by hand. */
function showText(text: string, button: HTMLElement): void {
  const area = h("textarea", { readonly: true, "aria-label": words().byHand }, text);
  const line = h("p", { class: "text" }, words().byHand);
  button.closest(".presses")?.after(line, area);
  button.hidden = true;
  area.focus();
  area.select();
}
