import { callAction, openKitsu } from "kitsu-actions/testing";
import { expect, it } from "vitest";
import worker from "../worker.ts";

it("greets the person, and counts the tasks", async () => {
  const kitsu = openKitsu();
  const person = kitsu.people.artist;
  const { reply } = await callAction(worker, "hello", { person, tasks: kitsu.tasks.slice(0, 2) });
  expect(reply).toMatchObject({
    kind: "done",
    title: `Hello ${person.full_name}`,
    text: "You have selected 2 tasks.",
  });
});
