import { describe, expect, it } from "vitest";
import { ask, EDGE, form, KITSU } from "../../support/worker/worker.ts";

describe("a method that a route doesn't have", () => {
  it.each([
    ["POST", "/style.css", "GET, HEAD"],
    ["DELETE", "/runs.json", "GET, HEAD"],
    ["GET", `/runs/${"0".repeat(32)}/retry`, "OPTIONS, POST"],
    ["HEAD", `/runs/${"0".repeat(32)}/void`, "OPTIONS, POST"],
    ["PUT", "/ping", "GET, HEAD, OPTIONS, POST"],
    ["PUT", "/kitsu-actions.fr.json", "GET, HEAD"],
  ])("is refused, and the answer says which it has: %s %s", async (method, path, allow) => {
    const response = await ask(path, { method, headers: { origin: EDGE } });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe(allow);
  });

  it("is not confused with an address that doesn't exist", async () => {
    expect((await ask("/nowhere", { method: "PUT", headers: { origin: KITSU } })).status).toBe(404);
  });

  it("is found behind a base path, too", async () => {
    const response = await ask("/edge/style.css", form(), { BASE_PATH: "/edge" });
    expect(response.status).toBe(405);
  });
});
