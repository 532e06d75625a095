import { expect, it } from "vitest";
import { appendName } from "../../../worker/services/authors.ts";

it("names the person, and keeps Zou notifying a mention at the end", () => {
  expect(appendName("Done", "Ada Roy")).toBe("Done\n\n(Ada Roy)");
  expect(appendName("", "Ada Roy")).toBe("(Ada Roy)");
  expect(appendName("Done", "")).toBe("Done");
  expect(appendName("Look, @Bob Ito", "Ada Roy")).toBe("Look, @Bob Ito \n\n(Ada Roy)");
  expect(appendName("@Bob Ito\nDone", "Ada Roy")).toBe("@Bob Ito\nDone\n\n(Ada Roy)");
});
