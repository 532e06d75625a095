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

  async function addPage(link: HTMLAnchorElement): Promise<void> {
    const page = await readPage(link.href);
    const [nextMore, nextFound] = [page?.querySelector("[data-more]"), page?.querySelector("[data-found]")];
    if (!nextMore || !nextFound) {
      // Its own page says what is wrong.
      isSearching = false;
      return location.assign(link.href);
    }
    const body = found?.querySelector("tbody");
    if (body) body.append(...nextFound.querySelectorAll("tbody tr"));
    else found?.replaceChildren(...nextFound.childNodes);
    more?.replaceChildren(...nextMore.childNodes);
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

  more.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[data-further]") : null;
    if (link === null) return;
    event.preventDefault();
    if (isSearching) isSearching = false;
    else void search(Number.POSITIVE_INFINITY);
  });
  void search(SEARCHED_UNASKED);
}

/** A page of this worker, read by the browser as one; null if it can't be read. */
function readPage(address: string): Promise<Document | null> {
  const request = new XMLHttpRequest();
  request.open("GET", address);
  request.responseType = "document";
  return new Promise((resolve) => {
    request.addEventListener("loadend", () => resolve(request.responseXML));
    request.send();
  });
}
