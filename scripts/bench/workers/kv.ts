/**
 * A KV namespace in memory, with the operations that the bench needs. workerd's binding reaches it
 * over HTTP. At "/" it answers the newest value.
 */
const stored = new Map<string, { value: ArrayBuffer; metadata: string }>();
let newest: ArrayBuffer | undefined;

/** Upper bound, so that a long bench does not fill the memory. */
const KEYS_MAX = 1_000;

export default {
  async fetch(request: Request): Promise<Response> {
    const key = new URL(request.url).pathname;
    if (key === "/") return new Response(newest);
    if (request.method === "PUT") {
      newest = await request.arrayBuffer();
      stored.set(key, { value: newest, metadata: request.headers.get("cf-kv-metadata") ?? "" });
      const [oldest] = stored.keys();
      if (stored.size > KEYS_MAX && oldest !== undefined) stored.delete(oldest);
      return new Response(null);
    }
    const found = stored.get(key);
    if (found === undefined) return new Response(null, { status: 404 });
    return new Response(found.value, { headers: { "cf-kv-metadata": found.metadata } });
  },
};
