// The guide's snippets are files, which the Vitest project "guide" runs.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readSnippets } from "../../scripts/guide.ts";

const root = join(import.meta.dirname, "../..");
const guide = readFileSync(join(root, "docs/writing-actions.md"), "utf8");
const snippets = readSnippets(guide);

describe("the guide to writing actions", () => {
  it("has a test for each action", () => {
    const actions = [...snippets.keys()].filter((path) => path.startsWith("actions/"));
    expect(actions.length).toBeGreaterThan(3);
    expect([...snippets.keys()]).toEqual(
      expect.arrayContaining(actions.map((path) => path.replace("actions/", "test/").replace(".ts", ".test.ts"))),
    );
  });

  it("imports only what a studio can import", () => {
    for (const [path, code] of snippets)
      for (const [, name = ""] of code.matchAll(/ from "([^"]+)"/g))
        expect(
          ["kitsu-actions", "kitsu-actions/testing", "kitsu-actions/vitest", "valibot", "vitest", "../worker.ts"],
          path,
        ).toContain(name);
  });

  it("names everything that an action can declare", () => {
    const declared = readFileSync(join(root, "worker/action/action.ts"), "utf8");
    const [, table = ""] = guide.split("## What can be declared");
    const members = ["ActionDetails", "Functions<S extends FormSchema>"].flatMap((type) => {
      const [, body = ""] = declared.split(`type ${type} = {\n`);
      return [...(body.split("\n};")[0] ?? "").matchAll(/^ {2}(\w+)\??[:(]/gm)].map(([, member = ""]) => member);
    });
    expect(members).toContain("takesEmptySelection");
    expect(members).toContain("watch");
    for (const member of members)
      expect(table, `Add ${member} to the table in docs/writing-actions.md`).toContain(`\`${member}\``);
  });

  it("has a name for each snippet, so that none goes untested", () => {
    expect(() => readSnippets("```ts\nconst a = 1;\n```\n")).toThrow("has no title");
    expect(() => readSnippets('```ts title="a.ts"\n```\n```ts title="a.ts"\n```\n')).toThrow("two snippets of a.ts");
  });
});
