import { describe, expect, it, vi } from "vitest";
import { isPrivateHost, openProbe } from "../../../worker/doctor/probe.ts";

describe("the requests of a diagnosis", () => {
  it("are 40 at most", async () => {
    const sent = vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("{}"));
    const probe = openProbe(new AbortController().signal);
    for (let at = 0; at < 45; at += 1) await probe("https://a.tld/");
    expect(sent).toHaveBeenCalledTimes(40);
    expect(await probe("https://a.tld/")).toMatchObject({ problem: "not-asked" });
  });
});

describe("a host of a private network", () => {
  it.each(["localhost", "10.0.0.5", "172.20.1.1", "192.168.1.1", "100.64.0.1", "[fd00::1]", "nas", "farm.lan"])(
    "is %s",
    (host) => expect(isPrivateHost(host)).toBe(true),
  );
  it.each(["studio.tld", "172.32.0.1", "8.8.8.8", "[2606:4700::1]"])("is not %s", (host) =>
    expect(isPrivateHost(host)).toBe(false),
  );
});
