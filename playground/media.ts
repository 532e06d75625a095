/** All previews of this studio: two seconds of a test card, and its first frame. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

// Uses the text of the URL, because the URL types of Node and workerd differ.
const read = (name: string) => readFileSync(fileURLToPath(new URL(`media/${name}`, import.meta.url).href));

export const MOVIE = read("preview.mp4");
export const PICTURE = read("preview.png");
/** All frames that the farms render. */
export const RENDERED = read("rendered.jpg");
