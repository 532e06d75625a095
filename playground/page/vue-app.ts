/** Exposes the application on its root element like Vue, where the userscript reads it. */
import type { Router } from "./router.ts";
import type { Store } from "./store.ts";

export function exposeVueApp(root: HTMLElement, store: Store, router: Router): void {
  const getters = {
    get user() {
      return store.user;
    },
    get customActions() {
      return store.customActions;
    },
    get currentProduction() {
      return store.currentProduction;
    },
    get isDarkTheme() {
      return store.isDark;
    },
    get nbSelectedTasks() {
      return store.selection.size;
    },
    get selectedTasks() {
      return store.selection;
    },
  };
  const dispatch = async (action: string, payload: { taskId?: unknown } = {}) => {
    if (action === "loadTask") return store.loadTask(String(payload.taskId));
    console.error(`[vuex] unknown action type: ${action}`);
  };
  const globalProperties = { $store: { getters, dispatch }, $router: router };
  Object.defineProperty(root, "__vue_app__", { value: { version: "3.5.0", config: { globalProperties } } });
}
