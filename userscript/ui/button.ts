/** Links and buttons. */
import type { Link } from "../../contract.ts";
import * as m from "../../gen/userscript-messages.ts";
import { t } from "../i18n/index.ts";
import { goTo } from "../kitsu-page.ts";
import { mayOpen } from "../run-url.ts";
import type { Button } from "../toast-content.ts";
import { createElement } from "./element.ts";

/** Buttons that disappear, and when. */
const expiring = new Map<HTMLElement, () => boolean>();

/**
 * `isOpenable` has checked the URL by now. A custom protocol opens in the same tab, because it
 * starts a program and would leave an empty tab behind.
 */
export function renderButton({
  label,
  url: href,
  name: download,
  autoOpen,
  text,
  path,
  onClick: act,
  isOver,
  isBusy,
}: Button): HTMLElement {
  const target = href && /^http/.test(href) && "_blank";
  const click = text !== undefined ? () => copy(text, element) : path !== undefined ? () => goTo(path) : act;
  const properties = {
    class: "button",
    href,
    target,
    rel: "noopener noreferrer",
    download,
    "data-auto-open": autoOpen,
    "aria-disabled": isBusy && "true",
    click,
  };
  const element: HTMLElement = createElement(href ? "a" : "button", properties, label);
  if (isOver) expiring.set(element, isOver);
  return element;
}

/** Shows a URL that may not be opened as text. */
export function renderLinkOrText({ label, url }: Link): HTMLElement {
  return mayOpen(url) ? renderButton({ label, url }) : createElement("p", {}, `${label}: ${url}`);
}

export function removeExpiredButtons(): void {
  for (const [button, isOver] of expiring) {
    if (button.isConnected && !isOver()) continue;
    expiring.delete(button);
    button.remove();
  }
}

/**
 * navigator.clipboard is missing over http, and some studios serve Kitsu over http in their own
 * network.
 */
async function copy(text: string, button: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = createElement("textarea", { class: "announcer" }, text);
    button.after(area);
    area.select();
    const isCopied = document.execCommand("copy");
    area.remove();
    button.focus();
    if (!isCopied) return showText(text, button);
  }
  button.textContent = t(m.copied);
}

/** Shows the text, selected, if the browser does not allow copying. */
function showText(text: string, button: HTMLElement): void {
  const area = createElement("textarea", { readonly: true, "aria-label": t(m.copyBlocked) }, text);
  const line = createElement("p", { class: "text" }, t(m.copyBlocked));
  button.closest(".buttons")?.after(line, area);
  button.hidden = true;
  area.focus();
  area.select();
}
