/** The button that moves the layer: a click to the next corner, an arrow key to any. */

import * as m from "../../gen/userscript-messages.ts";
import { t } from "../i18n/index.ts";
import { readPersonId } from "../kitsu-page.ts";
import { ignoreErrors } from "../realm.ts";
import type { Corner } from "../toast-corner.ts";
import { readCorner, saveCorner } from "../toast-corner.ts";
import { createElement, createIcon } from "./element.ts";
import { placeLayer } from "./layer-position.ts";
import { announce, layer } from "./shadow-root.ts";

const ARROWS: Readonly<Record<string, Partial<Corner> | undefined>> = {
  ArrowLeft: { side: "left" },
  ArrowRight: { side: "right" },
  ArrowUp: { edge: "top" },
  ArrowDown: { edge: "bottom" },
};

const CORNERS = {
  "top-left": m.topLeft,
  "top-right": m.topRight,
  "bottom-left": m.bottomLeft,
  "bottom-right": m.bottomRight,
} as const;

export const cornerButton = createElement("button", { class: "round", click: moveClockwise }, createIcon("move"));
cornerButton.addEventListener("keydown", (event) => ignoreErrors(() => onArrow(event)));

/** Moves the layer to where it belongs now, unless it is hidden or in use. */
export function placeUnlessInUse(): void {
  if (!layer.matches("[hidden], :hover, :focus-within")) placeInCorner();
}

export function placeInCorner(): void {
  const corner = readCorner(readPersonId());
  placeLayer(corner);
  cornerButton.title = `${t(m.moveToCorner)} (${t(CORNERS[`${corner.edge}-${corner.side}`])})`;
}

function moveClockwise(): void {
  const { side, edge } = readCorner(readPersonId());
  const isRight = side === "right";
  move(isRight === (edge === "bottom") ? { side: isRight ? "left" : "right" } : { edge: isRight ? "bottom" : "top" });
}

function onArrow(event: KeyboardEvent): void {
  const change = ARROWS[event.key];
  if (!change) return;
  event.preventDefault();
  move(change);
}

function move(change: Partial<Corner>): void {
  saveCorner(readPersonId(), { ...readCorner(readPersonId()), ...change });
  placeInCorner();
  announce(cornerButton.title, false);
}
