// An example to begin with. An action's URL is /actions/ and the name of its file.
import { defineAction } from "kitsu-actions";

export default defineAction({
  id: "hello",
  title: "Hello",
  // Any text may be in several languages: { en: "Greets you, …", fr: "…" }
  about: "Greets you, and counts the selected tasks.",
  modes: ["form", "ajax"],
  async run({ call, person }) {
    const { length } = call.selection;
    const tasks = length === 1 ? "1 task" : `${length} tasks`;
    return { kind: "done", severity: "success", title: `Hello ${person.name}`, text: `You have selected ${tasks}.` };
  },
});
