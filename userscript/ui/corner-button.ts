/** The button that moves the layer to another corner: a press to the next one, the arrow keys to any. */

import { words } from "../i18n/index.ts";
import { personId } from "../kitsu-page.ts";
import { quietly } from "../realm.ts";
import type { Corner } from "../toast-corner.ts";
import { keepCorner, readCorner } from "../toast-corner.ts";
import { h, icon } from "./element.ts";
import { placeLayer } from "./layer-position.ts";
import { layer, say } from "./shadow-root.ts";

const ARROWS: Readonly<Record<string, Partial<Corner> | undefined>> = {
  ArrowLeft: { side: "left" },
  ArrowRight: { side: "right" },
  ArrowUp: { edge: "top" },
  ArrowDown: { edge: "bottom" },
};

export const mover = h("button", { class: "round", click: turn }, icon("move"));
mover.addEventListener("keydown", (event) => quietly(() => onArrow(event)));

/** Brings it to where it belongs by now. What nobody sees costs nothing, and what somebody reads or is about to press stays where it is. */
export function place(): void {
  if (!layer.matches("[hidden], :hover, :focus-within")) putThere();
}

export function putThere(): void {
  const corner = readCorner(personId());
  placeLayer(corner);
  mover.title = `${words().move} (${words()[`${corner.edge}-${corner.side}`]})`;
}

/** Clockwise. */
function turn(): void {
  const { side, edge } = readCorner(personId());
  const isRight = side === "right";
  move(isRight === (edge === "bottom") ? { side: isRight ? "left" : "right" } : { edge: isRight ? "bottom" : "top" });
}

function onArrow(event: KeyboardEvent): void {
  const step = ARROWS[event.key];
  if (!step) return;
  event.preventDefault();
  move(step);
}

function move(step: Partial<Corner>): void {
  keepCorner(personId(), { ...readCorner(personId()), ...step });
  putThere();
  say(mover.title, false);
}
