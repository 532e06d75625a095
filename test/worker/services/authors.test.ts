import { expect, it } from "vitest";
import { signText } from "../../../worker/services/authors.ts";

it("names the person, and keeps Zou notifying a mention at the end", () => {
  expect(signText("Done", "Ada Roy")).toBe("Done\n\n(Ada Roy)");
  expect(signText("", "Ada Roy")).toBe("(Ada Roy)");
  expect(signText("Done", "")).toBe("Done");
  expect(signText("Look, @Bob Ito", "Ada Roy")).toBe("Look, @Bob Ito \n\n(Ada Roy)");
  expect(signText("@Bob Ito\nDone", "Ada Roy")).toBe("@Bob Ito\nDone\n\n(Ada Roy)");
});
