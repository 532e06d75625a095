import { expect, it } from "vitest";
import { toEnglish } from "../../../worker/format/localize.ts";
import { explainCrash, refuseComment, refuseRetake, refuseStatus } from "../../../worker/services/comment-rights.ts";
import { makeSelected } from "../../support/worker/selected.ts";

const inEnglish = (text: ReturnType<typeof refuseComment>) => text && toEnglish(text);

it("refusals to comment say why", () => {
  const one = makeSelected({ task: { assignees: ["ada"] }, entity: { data: {} } });
  const artist = { id: "bob", role: "user", departments: [] } as const;
  expect(inEnglish(refuseComment(one, artist))).toBe("Only for its assignees and supervisors");
  expect(refuseComment(one, { ...artist, id: "ada" })).toBeUndefined();
  expect(inEnglish(refuseComment(one, { ...artist, role: "supervisor", departments: ["comp"] }))).toBe(
    "It belongs to another department",
  );
});

it("refusals of a status name it", () => {
  const { project, taskStatus } = makeSelected({ status: "done" });
  if (taskStatus === undefined) throw new Error("It has a status");
  const closed = { ...taskStatus, is_artist_allowed: false, is_client_allowed: false };
  expect(inEnglish(refuseStatus(closed, "user", project))).toBe("Artists may not use the status done");
  expect(inEnglish(refuseStatus(closed, "client", project))).toBe("Clients may not use the status done");
  expect(refuseStatus(closed, "manager", project)).toBeUndefined();
});

it("refusals of a retake count the retakes, except for clients", () => {
  const one = makeSelected({ task: { retake_count: 3 }, project: { max_retakes: 3 }, status: "retake" });
  expect(inEnglish(refuseRetake(one, one.taskStatus, "manager"))).toBe("No more retakes: 3 of 3 are used");
  expect(inEnglish(refuseRetake(one, one.taskStatus, "client"))).toBe("No more retakes are allowed");
});

it("a value that Zou fails on is quoted", () => {
  const one = makeSelected({ entity: { data: { max_retakes: "three" } } });
  expect(inEnglish(explainCrash(one))).toBe('Its column max_retakes must be a number, but is "three".');
});
