/** Places the layer in the person's corner, where it covers nothing important in Kitsu. */

import { findObstacles } from "../kitsu-page.ts";
import type { Corner } from "../toast-corner.ts";
import { layer } from "./shadow-root.ts";

const WIDTH = 404;
/** The smallest size at which toasts are readable. */
const WIDTH_MIN = 290;
const HEIGHT_MIN = 220;
/**
 * The largest share of the window's height that toasts take, and the height that they may take of a
 * small window.
 */
const SHARE = 0.68;
const SHARE_MIN = 420;

type Span = { top: number; bottom: number };
type Place = Span & { left: number; width: number };

/** The caller makes sure that nobody is reading the toasts. */
export function placeLayer(corner: Corner): void {
  const { innerWidth: width, innerHeight: height } = window;
  const { left, width: layerWidth, top, bottom } = findPlace(corner, width, height);
  const isBottom = corner.edge === "bottom";
  const room = Math.min(bottom - top, Math.max(height * SHARE, SHARE_MIN));
  const set = (name: string, value: string) => layer.style.setProperty(name, value);
  set("left", `${left}px`);
  set("width", `${layerWidth}px`);
  set("top", isBottom ? "auto" : `${top}px`);
  set("bottom", isBottom ? `${height - bottom}px` : "auto");
  set("--room", `${room}px`);
  layer.dataset.side = corner.side;
}

function findPlace(corner: Corner, width: number, height: number): Place {
  for (const obstacles of findObstacles()) {
    const place = findFreePlace(corner, width, height, obstacles);
    if (place) return place;
  }
  // There is no free place, so the layer covers something.
  const layerWidth = Math.min(WIDTH, width);
  return { left: corner.side === "left" ? 0 : width - layerWidth, width: layerWidth, top: 0, bottom: height };
}

/**
 * The free place that is nearest to the corner's side, as wide as possible, and then nearest to its
 * edge.
 */
function findFreePlace(
  { side, edge }: Corner,
  width: number,
  height: number,
  obstacles: readonly DOMRect[],
): Place | undefined {
  const isLeft = side === "left";
  // Distances from the corner's side.
  const blocks = obstacles.map(({ left, right, top, bottom }) =>
    isLeft ? { from: left, to: right, top, bottom } : { from: width - right, to: width - left, top, bottom },
  );
  const maxWidth = Math.min(WIDTH, width);
  const offsets = [0, ...blocks.map(({ to }) => to)].filter((offset) => offset >= 0).sort((a, b) => a - b);
  for (const offset of offsets) {
    const widths = [maxWidth, width - offset, ...blocks.map(({ from }) => from - offset)].filter(
      (layerWidth) => layerWidth >= Math.min(WIDTH_MIN, width) && layerWidth <= maxWidth,
    );
    for (const layerWidth of widths.sort((a, b) => b - a)) {
      if (offset + layerWidth > width) continue;
      const above = blocks.filter((one) => one.from < offset + layerWidth && one.to > offset);
      const spans = listFreeSpans(above, height);
      const span = edge === "bottom" ? spans.at(-1) : spans[0];
      if (span) return { left: isLeft ? offset : width - offset - layerWidth, width: layerWidth, ...span };
    }
  }
  return undefined;
}

/** The free spans that are high enough, from top to bottom. */
function listFreeSpans(blocks: readonly Span[], height: number): Span[] {
  const sorted = [...blocks].sort((a, b) => a.top - b.top);
  let from = 0;
  const spans = [...sorted, { top: height, bottom: height }].map(({ top, bottom }) => {
    const span = { top: from, bottom: top };
    from = Math.max(from, bottom);
    return span;
  });
  return spans.filter(({ top, bottom }) => bottom - top >= HEIGHT_MIN);
}
