import { describe, expect, it } from "vitest";
import { type Action, defineAction } from "../../../worker/action/action.ts";
import { requestConfirmation, type ShownPlan } from "../../../worker/action/confirmation.ts";
import type { Text } from "../../../worker/format/message.ts";
import { ENGLISH } from "../../../worker/format/reader.ts";
import { localizeReply, type Outcome } from "../../../worker/format/reply.ts";
import type { Call } from "../../../worker/request/call.ts";

const ACTION: Action = defineAction({
  id: "render",
  title: { en: "Render", fr: "Calculer" },
  about: "Renders.",
  modes: ["ajax"],
  run: async () => ({ kind: "done", severity: "success", title: "Done" }),
});
const CALL: Call = { dialect: "ajax", person: {}, selection: ["a", "b"], params: {}, ignored: [] };
const FRENCH = { ...ENGLISH, language: "fr", locale: "fr-FR" };

const frames = (count: number): Text => ({ en: `${count} frames`, fr: `${count} images` });
const planned = (id: string, reason?: Text): Outcome => ({ id, label: id, state: "planned", reason });

async function request(plan: Outcome[], confirmed?: string, shown?: ShownPlan) {
  const context = {
    run: { id: "run", url: "https://edge.studio.tld/runs/run" },
    person: { trust: "claimed" as const, name: "Ada Roy", departments: [] },
    call: { ...CALL, plan: confirmed },
    kitsu: () => {
      throw new Error("No Kitsu");
    },
  };
  const ready = { plan: async () => plan, run: async () => Promise.reject(new Error("It must not run")) };
  const requested = await requestConfirmation(ACTION, ready, context, async () => shown);
  // As it is stored.
  return requested && { ...requested, shown: JSON.parse(JSON.stringify(requested.shown)) };
}

describe("the question before an action runs", () => {
  const PLAN = [planned("a", frames(48)), planned("b")];

  it("counts what it would do, and is in the person's language", async () => {
    const { ask } = (await request(PLAN)) ?? {};
    expect(ask && localizeReply(ask, ENGLISH)).toMatchObject({
      title: "Render: 2 of 2 tasks?",
      submit: "Run",
      outcomes: [{ reason: "48 frames" }, {}],
    });
    expect(ask && localizeReply(ask, FRENCH)).toMatchObject({ outcomes: [{ reason: "48 images" }, {}] });
  });

  it("is not asked again after it was confirmed", async () => {
    const first = await request(PLAN);
    expect(await request(PLAN, first?.shown.digest, first?.shown)).toBeUndefined();
  });

  it("shows what was there before in the person's language", async () => {
    const first = await request(PLAN);
    const changed = [planned("a", frames(52)), planned("c", frames(1))];
    const { ask } = (await request(changed, first?.shown.digest, first?.shown)) ?? {};
    expect(ask && localizeReply(ask, ENGLISH)).toMatchObject({
      problem: "2 changed, 1 removed since you last looked. Nothing was done: please check it again.",
      outcomes: [
        { id: "a", reason: "52 frames (before: planned 48 frames)" },
        { id: "c", reason: "1 frames (not there before)" },
      ],
    });
    const reasons = ask && localizeReply(ask, FRENCH);
    expect(JSON.stringify(reasons)).toContain("48 images");
    expect(JSON.stringify(reasons)).not.toContain("frames");
  });

  it("says so if nothing is known of what was shown", async () => {
    const { ask } = (await request(PLAN, "0".repeat(32))) ?? {};
    expect(ask && localizeReply(ask, ENGLISH)).toMatchObject({
      problem: "This is different from what you confirmed. Nothing was done: please check it again.",
    });
  });
});
