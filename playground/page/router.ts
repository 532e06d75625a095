/** Kitsu's router. It keeps the query, which selects the playground's variant. */
import { element } from "./element.ts";
import type { Store } from "./store.ts";

export type Router = { push(path: string): Promise<void> };

export function startRouter(store: Store): Router {
  window.addEventListener("popstate", () => store.setPath(location.pathname));
  return {
    push: async (path) => {
      const { pathname } = new URL(path, location.origin);
      history.pushState(null, "", pathname + location.search);
      store.setPath(pathname);
    },
  };
}

/** A link within Kitsu. With a modifier key it works like any other link. */
export function routerLink(
  router: Router,
  path: string,
  attributes: Record<string, string>,
  ...children: (Node | string)[]
) {
  const link = element("a", { href: path + location.search, ...attributes }, ...children);
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void router.push(path);
  });
  return link;
}
