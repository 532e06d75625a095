/** What all previews of this studio look like: two seconds of a test card, and its first frame. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

// By its text, for the URL of Node and that of workerd are of different types.
const read = (name: string) => readFileSync(fileURLToPath(new URL(`media/${name}`, import.meta.url).href));

export const MOVIE = read("preview.mp4");
export const PICTURE = read("preview.png");
/** What all frames of the farms look like. */
export const RENDERED = read("rendered.jpg");
