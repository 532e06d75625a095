/** Where the layer is: in the person's corner of what Kitsu leaves free. */

import { listObstacles } from "../kitsu-page.ts";
import type { Corner } from "../toast-corner.ts";
import { layer } from "./shadow-root.ts";

const WIDTH = 404;
/** Narrower than this, and lower, nothing can be read. */
const WIDTH_MIN = 290;
const HEIGHT_MIN = 220;
/** The share of the window that toasts may take, and what they may take of a small one. */
const SHARE = 0.68;
const SHARE_MIN = 420;

type Span = { top: number; bottom: number };
type Place = Span & { left: number; width: number };

/** Moves it there. Toasts that are being read are for the caller to leave where they are. */
export function placeLayer(corner: Corner): void {
  const { innerWidth: width, innerHeight: height } = window;
  const { left, width: own, top, bottom } = findPlace(corner, width, height);
  const isLow = corner.edge === "bottom";
  const room = Math.min(bottom - top, Math.max(height * SHARE, SHARE_MIN));
  const set = (name: string, value: string) => layer.style.setProperty(name, value);
  set("left", `${left}px`);
  set("width", `${own}px`);
  set("top", isLow ? "auto" : `${top}px`);
  set("bottom", isLow ? `${height - bottom}px` : "auto");
  set("--room", `${room}px`);
  layer.dataset.side = corner.side;
}

function findPlace(corner: Corner, width: number, height: number): Place {
  for (const obstacles of listObstacles()) {
    const place = findFree(corner, width, height, obstacles);
    if (place) return place;
  }
  // Nothing is free: then it is better over something than nowhere.
  const own = Math.min(WIDTH, width);
  return { left: corner.side === "left" ? 0 : width - own, width: own, top: 0, bottom: height };
}

/** The free place that is nearest to the corner's side, as wide as may be there, and of these the one nearest to its edge. */
function findFree(
  { side, edge }: Corner,
  width: number,
  height: number,
  obstacles: readonly DOMRect[],
): Place | undefined {
  const isLeft = side === "left";
  // From the corner's side.
  const blocks = obstacles.map(({ left, right, top, bottom }) =>
    isLeft ? { from: left, to: right, top, bottom } : { from: width - right, to: width - left, top, bottom },
  );
  const most = Math.min(WIDTH, width);
  const starts = [0, ...blocks.map(({ to }) => to)].filter((start) => start >= 0).sort((a, b) => a - b);
  for (const start of starts) {
    const widths = [most, width - start, ...blocks.map(({ from }) => from - start)].filter(
      (own) => own >= Math.min(WIDTH_MIN, width) && own <= most,
    );
    for (const own of widths.sort((a, b) => b - a)) {
      if (start + own > width) continue;
      const above = blocks.filter((one) => one.from < start + own && one.to > start);
      const spans = listFree(above, height);
      const span = edge === "bottom" ? spans.at(-1) : spans[0];
      if (span) return { left: isLeft ? start : width - start - own, width: own, ...span };
    }
  }
  return undefined;
}

/** From top to bottom, what is free and high enough. */
function listFree(blocks: readonly Span[], height: number): Span[] {
  const sorted = [...blocks].sort((a, b) => a.top - b.top);
  let from = 0;
  const spans = [...sorted, { top: height, bottom: height }].map(({ top, bottom }) => {
    const span = { top: from, bottom: top };
    from = Math.max(from, bottom);
    return span;
  });
  return spans.filter(({ top, bottom }) => bottom - top >= HEIGHT_MIN);
}
