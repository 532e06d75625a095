/** A style, script or picture of our own pages. It changes with a deploy, so browsers keep it for minutes, not for days. */
export function serveAsset(source: string, type: string): Response {
  return new Response(source, {
    headers: {
      "content-type": `${type}; charset=utf-8`,
      "cache-control": "public, max-age=300",
      "x-content-type-options": "nosniff",
    },
  });
}
