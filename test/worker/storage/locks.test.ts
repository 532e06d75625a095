import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";

const locks = () => env.LOCKS.getByName("render");
const holder = (run: string, person: string) => ({ run, person, until: Date.now() + 60_000 });
const findHolders = async (tasks: readonly string[]) =>
  (await locks().find("other", tasks)).map(({ task, person }) => `${task} ${person}`);

describe("a locked task", () => {
  it("belongs to the run that took it first, until that run has ended", async () => {
    expect(await locks().take(holder("a", "Ana"), ["s1", "s2"])).toEqual([]);
    expect((await locks().take(holder("b", "Ben"), ["s2", "s3"])).map(({ task }) => task)).toEqual(["s2"]);
    expect(await findHolders(["s1", "s2", "s3"])).toEqual(["s1 Ana", "s2 Ana", "s3 Ben"]);
    await locks().release("a");
    expect(await findHolders(["s1", "s2", "s3"])).toEqual(["s3 Ben"]);
  });

  it("can be shared, names the first run, and stays locked until the last one has ended", async () => {
    await locks().take(holder("a", "Ana"), ["s1"]);
    vi.spyOn(Date, "now").mockReturnValue(Date.now() + 1_000);
    expect(await locks().take(holder("b", "Ben"), ["s1"], true)).toHaveLength(1);
    expect(await findHolders(["s1"])).toEqual(["s1 Ana"]);
    await locks().release("a");
    expect(await findHolders(["s1"])).toEqual(["s1 Ben"]);
  });

  it("expires, unless its lock is extended", async () => {
    await locks().take(holder("a", "Ana"), ["s1"]);
    await locks().take(holder("b", "Ben"), ["s2"]);
    await locks().keep("b", Date.now() + 3_600_000);
    vi.spyOn(Date, "now").mockReturnValue(Date.now() + 61_000);
    expect(await findHolders(["s1", "s2"])).toEqual(["s2 Ben"]);
  });

  it("can be released alone, while the run keeps the others", async () => {
    await locks().take(holder("a", "Ana"), ["s1", "s2"]);
    await locks().release("a", ["s1"]);
    expect(await findHolders(["s1", "s2"])).toEqual(["s2 Ana"]);
  });

  it("stays locked until the later of two times", async () => {
    await locks().take({ ...holder("a", "Ana"), until: Date.now() + 3_600_000 }, ["s1"]);
    await locks().take(holder("a", "Ana"), ["s1"]);
    vi.spyOn(Date, "now").mockReturnValue(Date.now() + 61_000);
    expect(await findHolders(["s1"])).toEqual(["s1 Ana"]);
  });

  it("is found among hundreds", async () => {
    const tasks = Array.from({ length: 500 }, (_, at) => `s${at}`);
    await locks().take(holder("a", "Ana"), tasks);
    expect(await locks().find("b", tasks)).toHaveLength(500);
  });
});
