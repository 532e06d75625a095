import { say } from "./localize-here.ts";

/** Shows and enables the buttons that copy. */
export function enableCopyButtons(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
    const label = [...button.childNodes];
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(button.dataset.copy ?? "");
        button.textContent = say("pageScript.copied");
      } catch {
        button.textContent = say("pageScript.selectAndCopy");
      }
      setTimeout(() => {
        button.replaceChildren(...label);
      }, 3_000);
    });
  }
}
