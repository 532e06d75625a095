// The worker, unchanged, with statistics that can be filled at /bench/fill. It does without them at
// /uncounted/….
import worker, * as classes from "../../../worker/main.ts";
import type { Env } from "../../../worker/settings/settings.ts";
import type { UseEvent } from "../../../worker/storage/use/use-event.ts";

const UNCOUNTED = "/uncounted/";
const DAYS = 90;
const DAY_MS = 86_400_000;
const AT_ONCE = 1_000;

export class ActionUse extends classes.ActionUse {
  /** Counts runs of the last 90 days, as they would have been: one in ten has failed. */
  override async fetch(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const [runs, actions] = [Number(searchParams.get("runs")), Number(searchParams.get("actions"))];
    for (let start = 0; start < runs; start += AT_ONCE)
      await this.count(Array.from({ length: Math.min(AT_ONCE, runs - start) }, (_, nth) => makeEvent(start + nth)));
    return Response.json(null);

    function makeEvent(nth: number): UseEvent {
      const isFailed = nth % 10 === 0;
      return {
        ...{ key: `filled-${actions}-${nth}`, kind: "run", action: `action-${nth % actions}` },
        ...{ at: Date.now() - (nth % DAYS) * DAY_MS, tasks: 12, isRetry: false },
        tookMs: isFailed ? null : 100 + ((nth * 7_919) % 20_000),
        code: isFailed ? "target-timeout" : null,
        blame: isFailed ? "action" : null,
        person: { id: `person-${nth % 5_000}`, name: "Ada Roy" },
      };
    }
  }
}

export default {
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (pathname === "/bench/fill" && env.ACTION_USE) return env.ACTION_USE.getByName("actions").fetch(request);
    if (!pathname.startsWith(UNCOUNTED)) return worker.fetch(request, env, ctx);
    const { ACTION_USE: _, ...uncounted } = env;
    return worker.fetch(new Request(request.url.replace(UNCOUNTED, "/"), request), uncounted, ctx);
  },
} satisfies ExportedHandler<Env>;
