/** Links and buttons. */
import type { Press } from "../present.ts";
import { words } from "../words/index.ts";
import { h } from "./h.ts";

export function drawPress(press: Press): HTMLElement {
  if (press.kind === "link") return drawLink(press.label, press.url, press.name);
  const { label, text } = press;
  const button = h("button", { class: "press", click: copy }, label);
  return button;
  function copy(): void {
    const tell = () => button.replaceChildren(words().copied);
    putOnClipboard(text, button).then(tell, () => {});
  }
}

/** The URL has passed `isOpenable` by now. A custom protocol starts a program and would leave an empty tab behind. */
export function drawLink(label: string, href: string, download?: string): HTMLElement {
  const target = /^http/.test(href) ? "_blank" : undefined;
  return h("a", { class: "press", href, target, rel: "noopener noreferrer", download }, label);
}

/** Over http there is no navigator.clipboard, and studios do run Kitsu over http in their own network. */
async function putOnClipboard(text: string, button: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = h("textarea", { class: "say" }, text);
    button.after(area);
    area.select();
    const isCopied = document.execCommand("copy");
    area.remove();
    button.focus();
    if (!isCopied) throw 0;
  }
}
