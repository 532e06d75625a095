// The binding that limits rates, in the worker's own process: requests are counted in fixed
// periods, exactly, and forgotten when the service restarts.
type Env = { settings: { limit: number; period: number } };

export default function createRateLimit({ settings: { limit, period } }: Env) {
  let counts = new Map<string, number>();
  let current = 0;
  return {
    limit: async ({ key }: { key: string }) => {
      const now = Math.floor(Date.now() / (period * 1_000));
      if (now !== current) [counts, current] = [new Map(), now];
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return { success: count <= limit };
    },
  };
}
