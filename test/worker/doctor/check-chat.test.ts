// Faults in the chat.
import { describe, expect, it } from "vitest";
import { diagnose, isFault, openSurroundings } from "../../support/worker/doctor.ts";
import { type Fault, itNames } from "../../support/worker/doctor-faults.ts";

const CHAT = { CHAT_WEBHOOK: "https://chat.studio.tld/hooks/SECRET", CHAT: { failures: ["debug"] } };

const FAULTS: readonly Fault[] = [
  {
    is: "a chat without its webhook",
    settings: { CHAT: { failures: ["debug"] } },
    id: "chat-incomplete",
    level: "broken",
    says: /CHAT and CHAT_WEBHOOK/,
    fix: /secret put CHAT_WEBHOOK/,
  },
  {
    is: "a chat that is told of an action that does not exist",
    settings: { ...CHAT, CHAT: { failures: ["statistcs"] } },
    id: "chat-action-unknown",
    level: "risky",
    says: /no action "statistcs"/,
    fix: /correct CHAT\.failures: .*statistics/,
  },
];

describe("the doctor's check of the chat", () => {
  itNames(FAULTS);

  it("says what the chat answered last, without its address", async () => {
    openSurroundings();
    const problem = "The chat answered with status 503.";
    const use = { getByName: () => ({ read: async () => ({ problem }), listUnstable: async () => [] }) };
    const findings = await diagnose({ ...CHAT, ACTION_USE: use });
    expect(findings.filter(isFault)).toMatchObject([{ id: "chat-not-told", level: "risky", text: problem }]);
    expect(JSON.stringify(findings)).not.toContain("SECRET");
    expect((await diagnose({ ACTION_USE: use })).filter(isFault)).toEqual([]);
  });
});
