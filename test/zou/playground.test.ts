// The playground's Zou answers like the real one.
import { describe, it } from "vitest";
import { startPlayground } from "../../playground/serve.ts";
import { checkMembers } from "./members.ts";

/** The example secret of the Standard Webhooks documentation. */
const FORWARD_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

describe("the playground's Zou", () => {
  it("has every member that the worker reads", async () => {
    const botToken = "a-bot-of-the-playground";
    const playground = await startPlayground({
      port: 0,
      worker: "http://127.0.0.1:9",
      forwardSecret: FORWARD_SECRET,
      botToken,
    });
    await checkMembers(`${playground.url}/api`, botToken).finally(() => playground.close());
  });
});
