/** A search with at most this many matches opens them. */
const OPENED_MAX = 5;

/** Searches the collapsed tables. */
export function enableTableSearch(): void {
  for (const field of document.querySelectorAll<HTMLInputElement>("input[data-find]")) {
    const label = field.closest("label");
    if (label !== null) label.hidden = false;
    const tables = [...document.querySelectorAll<HTMLDetailsElement>("details.fold")].map((fold) => ({
      fold,
      text: fold.textContent?.toLowerCase() ?? "",
    }));
    field.addEventListener("input", () => {
      const query = field.value.trim().toLowerCase();
      const matches = tables.filter(({ fold, text }) => {
        fold.hidden = !text.includes(query);
        return !fold.hidden;
      });
      // A few matches are opened; many stay collapsed, to choose from.
      for (const { fold } of tables) fold.open = query !== "" && matches.length <= OPENED_MAX;
    });
  }
}
