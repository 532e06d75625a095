import { compareVersions } from "../../format/version-order.ts";

/** Set by the userscript on every page where it runs. */
export const VERSION_ATTRIBUTE = "data-kitsu-actions";

/**
 * Shows a notice if the userscript on this page is older than the latest one. Some managers start
 * it after our script.
 */
export function watchUserscriptVersion(): void {
  const notice = document.querySelector<HTMLElement>("[data-offered]");
  const running = notice?.querySelector("[data-running]");
  if (!notice || !running) return;
  const root = document.documentElement;
  const update = () => {
    const version = root.getAttribute(VERSION_ATTRIBUTE);
    notice.hidden = version === null || compareVersions(version, notice.dataset.offered ?? "") >= 0;
    running.textContent = version;
  };
  new MutationObserver(update).observe(root, { attributes: true, attributeFilter: [VERSION_ATTRIBUTE] });
  update();
}
