// Which copy of the script ran in Kitsu in this browser. It leaves a note in the storage of Kitsu's
// origin, which this page can read if the worker is on Kitsu's host.
import * as v from "valibot";
import { say } from "./localize-here.ts";
import { VERSION_ATTRIBUTE } from "./outdated.ts";

const KEY = "kitsu-actions:script";

/** `way` is absent if a userscript manager ran it. */
const Note = v.pipe(v.string(), v.parseJson(), v.tuple([v.object({ way: v.optional(v.string()), at: v.number() })]));

export function showLastScript(): void {
  const line = document.querySelector<HTMLElement>("[data-script]");
  const note = v.safeParse(Note, readNote());
  if (line === null || !note.success) return;
  const [{ way, at }] = note.output;
  const isTag = way === "tag";
  line.textContent = isTag ? say("pageScript.ranByTag", { at }) : say("pageScript.ranByManager", { at });
  line.classList.add("success");
  if (!isTag) return;
  // Nobody needs to update a userscript that isn't needed.
  document.querySelector("[data-offered]")?.remove();
  const root = document.documentElement;
  const showBoth = () => {
    if (!root.hasAttribute(VERSION_ATTRIBUTE)) return;
    observer.disconnect();
    line.textContent += ` ${say("pageScript.ranBoth")}`;
  };
  const observer = new MutationObserver(showBoth);
  observer.observe(root, { attributes: true, attributeFilter: [VERSION_ATTRIBUTE] });
  showBoth();
}

function readNote(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
