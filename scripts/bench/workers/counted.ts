// The worker, unchanged, with bindings that count how they are used. It answers how often at
// /bench/…, and runs the alarms of long runs only on request, so that none comes in between.
import worker, * as classes from "../../../worker/main.ts";
import type { Env } from "../../../worker/settings/settings.ts";
import { beginCall, countBindings, countFetch, readCounts, stopClock } from "./counting.ts";

countFetch();
stopClock();

export class RunCoordinator extends classes.RunCoordinator {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, countBindings(env));
  }
}

export class TemporaryLink extends classes.TemporaryLink {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, countBindings(env));
  }
}

export class Locks extends classes.Locks {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, countBindings(env));
  }
}

export class ActionUse extends classes.ActionUse {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, countBindings(env));
  }
}

export class LongRun extends classes.LongRun {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, countBindings(env));
  }

  override async alarm(): Promise<void> {}

  /** One poll of what the run has started. Answers when the next one is due. */
  override async fetch(request: Request): Promise<Response> {
    if (!new URL(request.url).pathname.startsWith("/bench/")) return super.fetch(request);
    await super.alarm();
    return Response.json(await this.ctx.storage.getAlarm());
  }
}

export default {
  async fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/bench/counts") return Response.json(readCounts());
    if (pathname === "/bench/begin") return Response.json(beginCall(Number(searchParams.get("at"))));
    const run = pathname === "/bench/poll" ? env.LONG_RUNS?.getByName(searchParams.get("run") ?? "") : undefined;
    return run === undefined ? worker.fetch(request, countBindings(env), ctx) : run.fetch(request);
  },
} satisfies ExportedHandler<Env>;
