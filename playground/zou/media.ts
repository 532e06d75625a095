/** Movies and pictures of previews, whole or in part, for whoever may see their task. */
import { MOVIE } from "../media.ts";
import { type Answer, forbidden, notFound, Refusal } from "./answer.ts";
import type { StoredPreview } from "./preview-rows.ts";
import type { ZouRequest } from "./request.ts";
import { seesTask } from "./rights.ts";

export function readMovie(request: ZouRequest): Answer {
  const { row } = find(request, "mp4");
  if (row.extension !== "mp4" || row.status !== "ready") throw notFound();
  return cut(MOVIE, "video/mp4", request.range);
}

/** Of a movie, too: Zou makes a picture of each, and smaller ones. Here all sizes are one. */
export function readPicture(request: ZouRequest): Answer {
  const { picture } = find(request, "png");
  if (!picture) throw notFound();
  return cut(picture.bytes, picture.type, request.range);
}

function find({ state, caller: { person }, ids: [name = ""] }: ZouRequest, extension: string): StoredPreview {
  const found = name.endsWith(`.${extension}`) ? state.previews.get(name.slice(0, -extension.length - 1)) : undefined;
  if (!found) throw notFound();
  if (!seesTask(person, found.task)) throw forbidden();
  return found;
}

/** `bytes=0-99`, `bytes=100-` or `bytes=-100`; anything else is for the whole. */
function cut(bytes: Buffer, type: string, range: string): Answer {
  const headers = {
    "content-disposition": 'inline; filename=""',
    "cache-control": "max-age=604800, private",
    "accept-ranges": "bytes",
  };
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? [];
  if (from === "" && to === "") return { status: 200, type, body: bytes, headers };
  const first = from === "" ? Math.max(0, bytes.length - Number(to)) : Number(from);
  const last = from === "" || to === "" ? bytes.length - 1 : Math.min(Number(to), bytes.length - 1);
  if (first > last) throw new Refusal(416, { error: true, message: "The server cannot provide the requested range." });
  const part = bytes.subarray(first, last + 1);
  return {
    status: 206,
    type,
    body: part,
    headers: { ...headers, "content-range": `bytes ${first}-${last}/${bytes.length}` },
  };
}
