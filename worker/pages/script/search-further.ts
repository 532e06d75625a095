// Searches the log further until the page is full. A request searches about a thousand runs, so
// that it stays within the CPU time of Cloudflare's free plan.

/** How far it searches before anybody asks for more: KV's free plan has 1,000 lists a day. */
const SEARCHED_UNASKED = 10_000;

export function searchFurther(): void {
  const found = document.querySelector<HTMLElement>("[data-found]");
  const more = document.querySelector<HTMLElement>("[data-more]");
  if (found === null || more === null) return;
  let isSearching = false;
  const findLink = () => more.querySelector<HTMLAnchorElement>("a[data-further]");
  const isFull = () => found.querySelectorAll("tbody tr").length >= Number(found.dataset.found);

  /** The server wrote the pages, so their elements can be moved here. */
  async function addPage(link: HTMLAnchorElement): Promise<void> {
    const response = await fetch(link.href);
    if (!response.ok) return location.assign(link.href);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const rows = page.querySelectorAll("[data-found] tbody tr");
    const body = found?.querySelector("tbody");
    if (body) body.append(...rows);
    else found?.replaceChildren(...(page.querySelector("[data-found]")?.childNodes ?? []));
    more?.replaceChildren(...(page.querySelector("[data-more]")?.childNodes ?? []));
  }

  /** @param searchedMax how many runs to search, counted from the newest */
  async function search(searchedMax: number): Promise<void> {
    isSearching = true;
    let link = findLink();
    while (isSearching && link !== null && !isFull() && Number(link.dataset.further) < searchedMax) {
      link.textContent = link.dataset.stop ?? "";
      await addPage(link);
      link = findLink();
    }
    isSearching = false;
  }

  const follow = (searchedMax: number) =>
    search(searchedMax).catch(() => {
      // Without a connection, its own page says why.
      isSearching = false;
      const link = findLink();
      if (link !== null) location.assign(link.href);
    });

  more.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[data-further]") : null;
    if (link === null) return;
    event.preventDefault();
    if (isSearching) isSearching = false;
    else void follow(Number.POSITIVE_INFINITY);
  });
  void follow(SEARCHED_UNASKED);
}
