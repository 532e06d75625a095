/** Movies and pictures of previews, whole or in part, for everyone who may see their task. */
import { type Answer, forbidden, notFound, Refusal } from "./answer.ts";
import type { PreviewRow } from "./preview-rows.ts";
import type { ZouRequest } from "./request.ts";
import { seesTask } from "./rights.ts";
import { findTask } from "./state.ts";

export function readMovie(request: ZouRequest): Answer {
  const { extension, status } = find(request, "mp4");
  if (extension !== "mp4" || status !== "ready") throw notFound();
  return cut(request.state.movie, "video/mp4", request.range);
}

/** Movies have a picture, too. Zou makes several sizes; here they are all the same. */
export function readPicture(request: ZouRequest): Answer {
  const picture = request.state.pictures.get(find(request, "png").id);
  if (!picture) throw notFound();
  return cut(picture.bytes, picture.type, request.range);
}

function find({ state, caller: { person }, ids: [name = ""] }: ZouRequest, extension: string): PreviewRow {
  const found = name.endsWith(`.${extension}`) ? state.previews.get(name.slice(0, -extension.length - 1)) : undefined;
  if (!found) throw notFound();
  if (!seesTask(state, person, findTask(state, found.task_id))) throw forbidden();
  return found;
}

/** Understands `bytes=0-99`, `bytes=100-` and `bytes=-100`; anything else gets the whole file. */
function cut(bytes: Uint8Array, type: string, range: string): Answer {
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
