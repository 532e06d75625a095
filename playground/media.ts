/** What all previews of this studio look like: two seconds of a test card, and its first frame. */
import { readFileSync } from "node:fs";

export const MOVIE = readFileSync(new URL("media/preview.mp4", import.meta.url));
export const PICTURE = readFileSync(new URL("media/preview.png", import.meta.url));
/** What all frames of the farms look like. */
export const RENDERED = readFileSync(new URL("media/rendered.jpg", import.meta.url));
