// Signatures are those of the library that studios' servers use.
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { isSigned, signWebhook } from "../../../worker/services/webhook-signature.ts";

const encode = (length: number) => btoa("secret of a studio's server, 0123456789".slice(0, length));
const SECRET = `whsec_${encode(32)}`;
const MESSAGE = { id: "4f".repeat(16), atS: Math.floor(Date.now() / 1_000), body: '{"title":"Ünïcode 🎬"}' };

const sign = (secret: string, { id, atS, body } = MESSAGE) => new Webhook(secret).sign(id, new Date(atS * 1_000), body);

describe("a signature", () => {
  it.each([18, 19, 20, 32])("is the one of the reference library, with a secret of %d bytes", async (length) => {
    for (const secret of [`whsec_${encode(length)}`, `whsec_${encode(length).replace(/=+$/, "")}`])
      expect(await signWebhook(secret, MESSAGE)).toBe(sign(secret));
  });

  it("is accepted among those of other secrets and versions", async () => {
    const others = [sign(`whsec_${encode(24)}`), `v1a,${"A".repeat(86)}`];
    expect(await isSigned(SECRET, [...others, sign(SECRET)].join(" "), MESSAGE)).toBe(true);
    expect(await isSigned(SECRET, others.join(" "), MESSAGE)).toBe(false);
  });

  it("is there with the new and with the old secret while one is replaced, and either is accepted", async () => {
    const [replaced, other] = [`whsec_${encode(24)}`, `whsec_${encode(28)}`];
    const both = `${SECRET} ${replaced}`;
    expect(await signWebhook(both, MESSAGE)).toBe(`${sign(SECRET)} ${sign(replaced)}`);
    for (const secret of [SECRET, replaced]) {
      expect(await isSigned(both, sign(secret), MESSAGE)).toBe(true);
      expect(await isSigned(secret, await signWebhook(both, MESSAGE), MESSAGE)).toBe(true);
    }
    expect(await isSigned(both, sign(other), MESSAGE)).toBe(false);
  });

  it.each([
    ["nothing", ""],
    ["no version", sign(SECRET).slice(3)],
    ["another version", sign(SECRET).replace("v1,", "v2,")],
    ["the signature of another body", sign(SECRET, { ...MESSAGE, body: "{}" })],
    ["the signature of another id", sign(SECRET, { ...MESSAGE, id: "5e".repeat(16) })],
    ["the signature of another time", sign(SECRET, { ...MESSAGE, atS: MESSAGE.atS - 1 })],
  ])("is refused if it is %s", async (_, signatures) => {
    expect(await isSigned(SECRET, signatures, MESSAGE)).toBe(false);
  });

  it.each([
    [-290, true],
    [290, true],
    [-310, false],
    [310, false],
  ])("of a message sent %d seconds from now: %s", async (seconds, isAccepted) => {
    const message = { ...MESSAGE, atS: Math.floor(Date.now() / 1_000) + seconds };
    expect(await isSigned(SECRET, sign(SECRET, message), message)).toBe(isAccepted);
  });
});
