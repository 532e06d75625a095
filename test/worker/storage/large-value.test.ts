// Values that are larger than a Durable Object stores. The local runtime takes larger ones than
// Cloudflare, so the tests check the sizes.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { readParts, toParts, VALUE_MAX_BYTES } from "../../../worker/storage/large-value.ts";

/** Cloudflare's limits for one value, and for one `put`. */
const [VALUE_LIMIT_BYTES, ENTRIES_MAX] = [2 * 1_024 * 1_024, 128];

const withStorage = <T>(work: (storage: DurableObjectStorage) => Promise<T>) =>
  runInDurableObject(env.RUN_COORDINATORS.getByName("large-value"), (_, { storage }) => work(storage));

describe("a large value", () => {
  it("is stored in parts that fit, in one put, and is read unchanged", async () => {
    const value = { text: "ü🦊".repeat(3_000_000) };
    const parts = toParts("key", value);
    expect(Object.keys(parts).length).toBeLessThanOrEqual(ENTRIES_MAX);
    for (const part of Object.values(parts))
      if (part instanceof Uint8Array) expect(part.byteLength).toBeLessThan(VALUE_LIMIT_BYTES);
    expect(
      await withStorage(async (storage) => {
        await storage.put(parts);
        return readParts(storage, "key");
      }),
    ).toEqual(value);
  });

  it("can be replaced by a shorter one", async () => {
    const read = await withStorage(async (storage) => {
      await storage.put(toParts("key", "x".repeat(3_000_000)));
      await storage.put(toParts("key", "short"));
      return readParts(storage, "key");
    });
    expect(read).toBe("short");
  });

  it("is refused above the limit, before anything is stored", () => {
    expect(() => toParts("key", "x".repeat(VALUE_MAX_BYTES - 2))).not.toThrow();
    expect(() => toParts("key", "x".repeat(VALUE_MAX_BYTES - 1))).toThrow(
      expect.objectContaining({ code: "too-much-to-keep" }),
    );
  });
});
