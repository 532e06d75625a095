// Says whether what is stored can be written and read. A full disk is noticed here, too. A KV
// namespace is a Durable Object on this machine, on the same disk as all others.
type Env = { STORE: KVNamespace };

export default {
  async fetch(_: Request, { STORE }: Env): Promise<Response> {
    const now = String(Date.now());
    await STORE.put("healthz", now);
    const isStored = (await STORE.get("healthz")) === now;
    return new Response(null, { status: isStored ? 204 : 503 });
  },
};
