// Answers with files, and how browsers keep them.
import { sha256Hex } from "../format/hex.ts";

/** A stylesheet, script or image of our pages. Cached for minutes: each deploy may change it. */
export function serveAsset(source: string, type: string): Response {
  return new Response(source, {
    headers: {
      "content-type": `${type}; charset=utf-8`,
      "cache-control": "public, max-age=300",
      "x-content-type-options": "nosniff",
    },
  });
}

/** Answers 304 to whoever has the same file already. */
export async function serveWithEtag(request: Request, source: string, more: HeadersInit): Promise<Response> {
  const etag = `"${await sha256Hex(source, 12)}"`;
  const headers = new Headers(more);
  headers.set("x-content-type-options", "nosniff");
  headers.set("etag", etag);
  if (listsEtag(request.headers.get("if-none-match"), etag)) return new Response(null, { status: 304, headers });
  return new Response(source, { headers });
}

/** A proxy that compresses an answer makes its etag a weak one. */
const listsEtag = (list: string | null, etag: string) =>
  list?.split(",").some((one) => one.trim().replace(/^W\//, "") === etag);
