// Values larger than a Durable Object takes in one. The local runtime takes more than Cloudflare, so the sizes are looked at.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { readParts, toParts, VALUE_MAX_BYTES } from "../../../worker/storage/large-value.ts";

/** What Cloudflare takes in one value, and in one `put`. */
const [ONE_MAX_BYTES, ENTRIES_MAX] = [2 * 1_024 * 1_024, 128];

const keep = <T>(work: (storage: DurableObjectStorage) => Promise<T>) =>
  runInDurableObject(env.RUN_COORDINATORS.getByName("large-value"), (_, { storage }) => work(storage));

describe("a large value", () => {
  it("is stored in parts that each fit, in one put, and is the same when it is read", async () => {
    const value = { text: "ü🦊".repeat(3_000_000) };
    const parts = toParts("key", value);
    expect(Object.keys(parts).length).toBeLessThanOrEqual(ENTRIES_MAX);
    for (const part of Object.values(parts))
      if (part instanceof Uint8Array) expect(part.byteLength).toBeLessThan(ONE_MAX_BYTES);
    expect(
      await keep(async (storage) => {
        await storage.put(parts);
        return readParts(storage, "key");
      }),
    ).toEqual(value);
  });

  it("may be followed by a shorter one", async () => {
    const read = await keep(async (storage) => {
      await storage.put(toParts("key", "x".repeat(3_000_000)));
      await storage.put(toParts("key", "short"));
      return readParts(storage, "key");
    });
    expect(read).toBe("short");
  });

  it("is refused from its limit on, before anything of it is stored", () => {
    expect(() => toParts("key", "x".repeat(VALUE_MAX_BYTES - 2))).not.toThrow();
    expect(() => toParts("key", "x".repeat(VALUE_MAX_BYTES - 1))).toThrow(
      expect.objectContaining({ code: "too-much-to-keep" }),
    );
  });
});
