/** "What Kitsu sent": the last request of a custom action, raw and decoded. */
import { element } from "./element.ts";
import { onSent, type SentRequest } from "./sent.ts";

const FORM = "A form, in a new tab: the answer is a page.";
const AJAX = "AJAX: Kitsu ignores the answer.";

export function drawDrawer(): HTMLElement {
  const drawer = element("section", { id: "drawer", hidden: true, "aria-label": "What Kitsu sent", tabindex: 0 });
  drawer.append(element("p", {}, "Nothing yet. Select tasks, choose a custom action and run it."));
  const noteWire = watchWire();
  onSent((sent) => {
    const isAjax = sent.contentType === "application/json";
    drawer.replaceChildren(
      element("p", {}, isAjax ? AJAX : FORM),
      element("pre", { class: "request" }, requestHead(sent)),
      noteWire(sent.url),
      element("dl", {}, ...sent.fields.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)])),
      element("p", {}, "The body as it was sent:"),
      element("pre", {}, sent.body),
    );
  });
  return drawer;
}

function requestHead({ url, contentType }: SentRequest): string {
  const { host, pathname, search } = new URL(url);
  return [
    `POST ${pathname}${search} HTTP/1.1`,
    `Host: ${host}`,
    `Origin: ${location.origin}`,
    `Content-Type: ${contentType}`,
  ].join("\n");
}

/** Shows the requested address, to which a userscript may have added a run id. */
function watchWire(): (url: string) => HTMLElement {
  let expected = "";
  let note = element("p");
  const observer = new PerformanceObserver((list) => {
    const entry = list.getEntries().find(({ name }) => name.startsWith(expected) && name !== expected);
    if (!entry) return;
    note.textContent = `The browser requested ${entry.name}: the userscript added the rest.`;
    note.hidden = false;
  });
  observer.observe({ type: "resource" });
  return (url) => {
    expected = url;
    note = element("p", { class: "note", hidden: true });
    return note;
  };
}
