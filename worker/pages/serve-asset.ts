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
