// The one script of our pages: buttons that copy. It is served as a file, runs in the browser, and pages are whole without it.
for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy ?? "");
      button.textContent = "Copied";
    } catch {
      button.textContent = "Select the text and copy it";
    }
    setTimeout(() => {
      button.textContent = label;
    }, 3_000);
  });
}
