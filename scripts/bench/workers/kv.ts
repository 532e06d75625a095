/** A KV namespace in memory, as far as the log and our look at it need one: workerd's binding asks it by HTTP. */
const stored = new Map<string, { value: ArrayBuffer; metadata: string }>();

/** So that a long bench does not measure a full memory. */
const KEYS_MAX = 1_000;

export default {
  async fetch(request: Request): Promise<Response> {
    const key = new URL(request.url).pathname;
    if (request.method === "PUT") {
      stored.set(key, { value: await request.arrayBuffer(), metadata: request.headers.get("cf-kv-metadata") ?? "" });
      const [oldest] = stored.keys();
      if (stored.size > KEYS_MAX && oldest !== undefined) stored.delete(oldest);
      return new Response(null);
    }
    const found = stored.get(key);
    if (found === undefined) return new Response(null, { status: 404 });
    return new Response(found.value, { headers: { "cf-kv-metadata": found.metadata } });
  },
};
