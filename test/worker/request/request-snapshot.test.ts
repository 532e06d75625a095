// A request's snapshot, which is logged, has no secrets.
import { describe, expect, it } from "vitest";
import { takeSnapshot } from "../../../worker/request/request-snapshot.ts";
import { arrive, EDGE } from "../../support/worker/worker.ts";

const KEY = "4f".repeat(16);
const TOKEN = "5e".repeat(32);

describe("a request's snapshot", () => {
  it("masks run keys and temporary links everywhere", () => {
    const request = arrive(`/runs/x/cancel?at=1&key=${KEY}`, {
      headers: { referer: `${EDGE}/media/${TOKEN}/a.mp4?key=${KEY}` },
    });
    const url = new URL(request.url);
    const snapshot = takeSnapshot(request, url, [...url.searchParams, ["name", "Ada"]]);
    expect(JSON.stringify(snapshot)).not.toContain(KEY);
    expect(JSON.stringify(snapshot)).not.toContain(TOKEN);
    expect(snapshot).toMatchObject({
      path: "/runs/x/cancel?at=1&key=(masked)",
      headers: [["referer", `${EDGE}/media/(masked)/a.mp4?key=(masked)`]],
      fields: [
        ["at", "1"],
        ["key", "(masked)"],
        ["name", "Ada"],
      ],
    });
  });

  it("masks a temporary link in its own path", () => {
    const request = arrive(`/t/${TOKEN}`);
    expect(takeSnapshot(request, new URL(request.url), []).path).toBe("/t/(masked)");
  });
});
