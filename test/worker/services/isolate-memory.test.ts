import { beforeEach, describe, expect, it, vi } from "vitest";
import { createMemory } from "../../../worker/services/isolate-memory.ts";

const memory = createMemory<string>({ freshMs: 1_000, keepMs: 5_000, maxEntries: 2 });
const background: Promise<unknown>[] = [];
const get = (key: string, read: () => Promise<string>) => memory.get(key, read, (work) => background.push(work));
const reading = (text: string) => vi.fn(async () => text);
const advance = (ms: number) => vi.spyOn(Date, "now").mockReturnValue(Date.now() + ms);

beforeEach(() => {
  for (const key of ["a", "b", "c"]) memory.forget(key);
  background.length = 0;
});

describe("what an isolate remembers", () => {
  it("is read once while it is fresh", async () => {
    await get("a", reading("first"));
    const again = reading("second");
    expect(await get("a", again)).toBe("first");
    expect(again).not.toHaveBeenCalled();
  });

  it("is used a little longer, while it is read again once in the background", async () => {
    await get("a", reading("first"));
    advance(2_000);
    const again = reading("second");
    expect(await Promise.all([get("a", again), get("a", again)])).toEqual(["first", "first"]);
    expect(again).toHaveBeenCalledTimes(1);
    await Promise.all(background);
    expect(await get("a", reading("third"))).toBe("second");
  });

  it("stays if it can't be read again, and is tried at the next use", async () => {
    await get("a", reading("first"));
    advance(2_000);
    const failing = vi.fn(() => Promise.reject(new Error("down")));
    expect(await get("a", failing)).toBe("first");
    await Promise.all(background);
    expect(await get("a", failing)).toBe("first");
    expect(failing).toHaveBeenCalledTimes(2);
  });

  it("is forgotten when it is too old", async () => {
    await get("a", reading("first"));
    advance(5_000);
    expect(await get("a", reading("second"))).toBe("second");
  });

  it("does not include errors", async () => {
    await expect(get("a", () => Promise.reject(new Error("down")))).rejects.toThrow("down");
    expect(await get("a", reading("first"))).toBe("first");
  });

  it("is limited to the values that were used last", async () => {
    for (const key of ["a", "b", "a", "c"]) await get(key, reading(key));
    expect(["a", "b", "c"].map((key) => memory.find(key)?.value)).toEqual(["a", undefined, "c"]);
  });
});
