/** What may go wrong with the render farms, at a press of a button: both are gone, or take the next job and lose their answer. */
import { button, element } from "./element.ts";

export function drawFarmSwitch(): HTMLElement {
  let isDown = false;
  const up = button({ title: "The farms answer, or nobody listens there" }, () => {
    show(!isDown);
    tell({ down: isDown });
  });
  const lose = button({ title: "The next job is taken, and its answer never arrives" }, () =>
    tell({ acceptThenDrop: true }),
  );
  lose.append("lose next answer");
  function show(isNowDown: boolean): void {
    isDown = isNowDown;
    up.textContent = isDown ? "down" : "up";
    up.setAttribute("aria-pressed", String(isDown));
  }
  show(false);
  // Tests and other tabs change them, too.
  void fetch("/control/flamenco")
    .then((response) => response.json())
    .then((state: { down?: unknown }) => show(state.down === true))
    .catch(() => undefined);
  return element("div", { class: "farm-switch" }, element("span", {}, "Farms:"), up, lose);
}

function tell(wish: Record<string, unknown>): void {
  for (const farm of ["flamenco", "afanasy"]) {
    void fetch(`/control/${farm}`, { method: "POST", body: JSON.stringify(wish) }).catch(() => undefined);
  }
}
