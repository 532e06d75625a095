import { describe, expect, it } from "vitest";
import { type Action, defineAction } from "../../../worker/action/action.ts";
import { findActionProblems } from "../../../worker/action/check-actions.ts";

const hello = (changes: object = {}): Action => ({
  ...defineAction({
    id: "hello",
    title: "Say hello",
    about: "Greets.",
    modes: ["ajax"],
    run: async () => ({ kind: "done", severity: "success", title: "Hello" }),
  }),
  ...changes,
});

const findIn = (changes: object) => findActionProblems([{ file: "actions/hello.ts", action: hello(changes) }], []);

describe("a studio's actions", () => {
  it("have no problem if they are complete", () => {
    expect(findIn({})).toEqual([]);
    expect(findIn({ title: { en: "Say hello", fr: "Dire bonjour" }, roles: ["admin"], maxTasks: 5 })).toEqual([]);
  });

  it.each([
    ["no title", { title: undefined }, '"title" is missing. Write title: "Make a movie", for example.'],
    ["an empty title", { title: " " }, '"title" is missing. Write title: "Make a movie", for example.'],
    ["a long title", { title: "x".repeat(81) }, '"title" has 81 characters. At most 80 are possible.'],
    [
      "a title without English",
      { title: { fr: "Dire bonjour" } },
      '"title" must be one text, or texts per language with at least English: { en: "Make a movie" }.',
    ],
    [
      "no about",
      { about: undefined },
      '"about" is missing. Write about: "Joins the newest previews of the selected tasks.", for example.',
    ],
    ["no modes", { modes: [] }, '"modes" must be ["form"], ["ajax"] or both: how Kitsu offers the action.'],
    ["another mode", { modes: ["tab"] }, '"modes" must be ["form"], ["ajax"] or both: how Kitsu offers the action.'],
    [
      "a role that Kitsu does not have",
      { roles: ["director"] },
      '"roles" has "director". Possible are admin, manager, supervisor, user, client, vendor.',
    ],
    ["no id", { id: undefined }, '"id" is missing. It is the name of the file, without ".ts".'],
    [
      "an id with capitals",
      { id: "Hello" },
      'the id "Hello" must consist of lowercase letters, digits and single hyphens, and begin with a letter: "make-movie".',
    ],
    [
      "an id that is not its file's",
      { id: "hallo" },
      'its id is "hallo". Write id: "hello", or rename the file to hallo.ts.',
    ],
    ["a limit of no tasks", { maxTasks: 0 }, '"maxTasks" must be 1 or more.'],
    [
      "a control without a watch",
      { control: async () => {} },
      '"control" needs "watch": only a run that continues can be canceled or paused.',
    ],
  ])("are refused with %s", (_, changes, sentence) => {
    expect(findIn(changes)).toEqual([`actions/hello.ts: ${sentence}`]);
  });

  it.each(["id", "title", "about", "modes"])("are told what to write if there is no %s at all", (member) => {
    const { [member]: _, ...rest }: Record<string, unknown> = hello();
    const [problem = ""] = findActionProblems([{ file: "actions/hello.ts", action: rest }], []);
    expect(problem).toMatch(new RegExp(`^actions/hello.ts: "${member}" (is missing|must be)`));
  });

  it("are told of defineAction if they are plain objects", () => {
    const { prepare: _, ...rest } = hello();
    expect(findActionProblems([{ file: "actions/hello.ts", action: rest }], [])).toEqual([
      'actions/hello.ts: it has no "run". Make the action with defineAction({ … }).',
    ]);
  });

  it.each([undefined, null, "hello", { id: "hello" }, Promise.resolve(hello())])(
    "are refused if the file's default export is none: %o",
    (action) => {
      const problems = findActionProblems([{ file: "actions/hello.ts", action }], []);
      expect(problems.length).toBeGreaterThan(0);
      for (const problem of problems) expect(problem).toMatch(/^actions\/hello\.ts: /);
    },
  );

  it("can't have the id of a built-in action", () => {
    const written = { file: "actions/debug.ts", action: hello({ id: "debug" }) };
    expect(findActionProblems([written], ["debug"])).toEqual([
      'actions/debug.ts: "debug" is the id of a built-in action. Choose another id, and name the file after it.',
    ]);
  });

  it("can't share an id", () => {
    expect(findActionProblems([{ action: hello() }, { action: hello() }], [])).toEqual([
      'Action 2 of createWorker ("hello"): the id "hello" is also that of Action 1 of createWorker ("hello"). Choose another one.',
    ]);
  });

  it("can't be declared without a run", () => {
    const { run: _, ...rest } = { ...hello(), run: undefined };
    // @ts-expect-error: an editor reports it, but a build does not check types.
    expect(() => defineAction(rest)).toThrow('The action "hello" has no "run".');
  });
});
