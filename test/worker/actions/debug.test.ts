import { describe, expect, it } from "vitest";
import { debug } from "../../../worker/actions/debug.ts";
import { describeAction } from "../../support/worker/describe-action.ts";
import { ADA, AJAX_FIELDS, ajax, ask, FORM_FIELDS, form, readAnswer, readLog, TASK } from "../../support/worker/worker.ts";

describeAction(debug);

async function tablesOf(init: RequestInit, path = "/actions/debug") {
  const { reply } = await readAnswer(await ask(path, init));
  const tables = reply.kind === "done" ? (reply.tables ?? []) : [];
  return (title: string) => Object.fromEntries(tables.find((table) => table.title === title)?.rows ?? []);
}

describe("the debug action", () => {
  it("shows every field under its own name, and the call understood from it", async () => {
    const table = await tablesOf(ajax({ ...AJAX_FIELDS, userId: ADA }), "/actions/debug?preset=4k");
    expect(table("Fields, as they arrived")).toMatchObject({ preset: "4k", entitytype: "shot", userid: ADA, userId: ADA });
    expect(table("The call, as understood")).toMatchObject({ "person.id": ADA, "params.preset": "4k", "selection[0]": TASK });
  });

  it("says what was left out and why", async () => {
    const table = await tablesOf(ajax({ ...AJAX_FIELDS, colour: "red", entitytype: "spaceship" }));
    expect(table("Left out")).toMatchObject({ colour: "red", entitytype: "spaceship" });
  });

  it("shows the same in a form's page", async () => {
    const text = await (await ask("/actions/debug", form({ ...FORM_FIELDS, colour: "<b>red</b>" }))).text();
    for (const said of ["form", ADA, TASK, "personemail", "&lt;b&gt;red&lt;/b&gt;", "Kitsu has no such field"])
      expect(text).toContain(said);
  });

  it("shows which secrets arrived, and never what they are", async () => {
    const secrets = {
      cookie: "access_token_cookie=s3cr3t; theme=s3cr3t",
      authorization: "Bearer s3cr3t",
      "cf-access-jwt-assertion": "s3cr3t",
    };
    const response = await ask("/actions/debug", ajax(AJAX_FIELDS, secrets));
    const text = await response.text();
    expect(text).not.toContain("s3cr3t");
    expect(text).toContain("access_token_cookie=(masked); theme=(masked)");
    expect(text).toContain("cf-access-jwt-assertion");
    expect(JSON.stringify(await readLog())).not.toContain("s3cr3t");
  });

  it("runs without a selection, and says that others would not", async () => {
    const { reply } = await readAnswer(await ask("/actions/debug", ajax({ ...AJAX_FIELDS, selection: [] })));
    expect(reply).toMatchObject({
      kind: "done",
      severity: "warning",
      title: "0 tasks arrived",
      text: expect.stringContaining("would refuse"),
    });
  });
});
