/** How many found tables are opened by a search. */
const OPENED_MAX = 5;

/** A search through folded tables. */
export function wakeSearch(): void {
  for (const field of document.querySelectorAll<HTMLInputElement>("input[data-find]")) {
    const label = field.closest("label");
    if (label !== null) label.hidden = false;
    const folds = [...document.querySelectorAll<HTMLDetailsElement>("details.fold")].map((fold) => ({
      fold,
      text: fold.textContent?.toLowerCase() ?? "",
    }));
    field.addEventListener("input", () => {
      const wanted = field.value.trim().toLowerCase();
      const found = folds.filter(({ fold, text }) => {
        fold.hidden = !text.includes(wanted);
        return !fold.hidden;
      });
      // A few are read at once, many are chosen from.
      for (const { fold } of folds) fold.open = wanted !== "" && found.length <= OPENED_MAX;
    });
  }
}
