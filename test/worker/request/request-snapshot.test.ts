// What is written down of a request has no secret in it.
import { describe, expect, it } from "vitest";
import { takeSnapshot } from "../../../worker/request/request-snapshot.ts";
import { arrive, EDGE } from "../../support/worker/worker.ts";

const KEY = "4f".repeat(16);
const TOKEN = "5e".repeat(32);

describe("a request as it is written down", () => {
  it("has no key to follow a run and no address of what is lent, wherever they stand", () => {
    const request = arrive(`/runs/x/cancel?at=1&key=${KEY}`, {
      headers: { referer: `${EDGE}/media/${TOKEN}/a.mp4?key=${KEY}` },
    });
    const url = new URL(request.url);
    const arrival = takeSnapshot(request, url, [...url.searchParams, ["name", "Ada"]]);
    expect(JSON.stringify(arrival)).not.toContain(KEY);
    expect(JSON.stringify(arrival)).not.toContain(TOKEN);
    expect(arrival).toMatchObject({
      path: "/runs/x/cancel?at=1&key=(masked)",
      headers: [["referer", `${EDGE}/media/(masked)/a.mp4?key=(masked)`]],
      fields: [
        ["at", "1"],
        ["key", "(masked)"],
        ["name", "Ada"],
      ],
    });
  });

  it("has no address of what is lent in its own path", () => {
    const request = arrive(`/t/${TOKEN}`);
    expect(takeSnapshot(request, new URL(request.url), []).path).toBe("/t/(masked)");
  });
});
