// How long Kitsu takes for one comment, as it was measured last: it differs from studio to studio, and by how many people are notified. Kept for a
// day where this worker runs; where nothing is kept it is what was measured on a Zou 1.0.97 on one machine.
import * as v from "valibot";

const USUAL_MS = 300;
const LIFE_S = 86_400;

const Kept = v.pipe(v.string(), v.transform(Number), v.number(), v.minValue(1), v.maxValue(60_000));

/** @param api whose pace it is: Kitsu's address */
export async function readPace(api: string): Promise<number> {
  const kept = await caches.default.match(keyOf(api)).catch(() => undefined);
  const parsed = v.safeParse(Kept, await kept?.text().catch(() => undefined));
  return parsed.success ? parsed.output : USUAL_MS;
}

export async function rememberPace(api: string, ms: number): Promise<void> {
  const fresh = new Response(String(Math.max(1, Math.round(ms))), {
    headers: { "cache-control": `max-age=${LIFE_S}` },
  });
  await caches.default.put(keyOf(api), fresh).catch(() => undefined);
}

const keyOf = (api: string) => `https://pace.invalid/${encodeURIComponent(api)}`;
