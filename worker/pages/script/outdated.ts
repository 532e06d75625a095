import { compareVersions } from "../../format/version-order.ts";

/** The userscript's mark on every page it runs on. */
const MARK = "data-kitsu-actions";

/**
 * Says so where the userscript that runs on this page is older than the one that is offered. Some
 * managers wake it up after us.
 */
export function watchUserscript(): void {
  const notice = document.querySelector<HTMLElement>("[data-offered]");
  const running = notice?.querySelector("[data-running]");
  if (!notice || !running) return;
  const root = document.documentElement;
  const look = () => {
    const version = root.getAttribute(MARK);
    notice.hidden = version === null || compareVersions(version, notice.dataset.offered ?? "") >= 0;
    running.textContent = version;
  };
  new MutationObserver(look).observe(root, { attributes: true, attributeFilter: [MARK] });
  look();
}
