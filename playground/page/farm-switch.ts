/** Breaks both render farms at the press of a button: stops them, or loses their next answer. */
import { button, element } from "./element.ts";

export function drawFarmSwitch(): HTMLElement {
  let isDown = false;
  const up = button({ title: "Stop or start both farms" }, () => {
    show(!isDown);
    control({ down: isDown });
  });
  const lose = button({ title: "The farms accept the next job, but their answer is lost" }, () =>
    control({ acceptThenDrop: true }),
  );
  lose.append("lose next answer");
  function show(isNowDown: boolean): void {
    isDown = isNowDown;
    up.textContent = isDown ? "down" : "up";
    up.setAttribute("aria-pressed", String(isDown));
  }
  show(false);
  // Tests and other tabs may have changed them.
  void fetch("/control/flamenco")
    .then((response) => response.json())
    .then((state: { down?: unknown }) => show(state.down === true))
    .catch(() => undefined);
  return element("div", { class: "farm-switch" }, element("span", {}, "Farms:"), up, lose);
}

function control(faults: Record<string, unknown>): void {
  for (const farm of ["flamenco", "afanasy"]) {
    void fetch(`/control/${farm}`, { method: "POST", body: JSON.stringify(faults) }).catch(() => undefined);
  }
}
