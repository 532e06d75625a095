import { describe, expect, it } from "vitest";
import { TASKS_MAX } from "../../../contract.ts";
import { Failure } from "../../../worker/format/failure.ts";
import { toEnglish } from "../../../worker/format/localize.ts";
import { ENGLISH } from "../../../worker/format/reader.ts";
import { localizeReply } from "../../../worker/format/reply.ts";
import { type Call, findUnreadableId, parseCall, unreadableId } from "../../../worker/request/call.ts";
import { ADA, AJAX_FIELDS, FORM_FIELDS, OTHER_TASK, PROJECT, TASK } from "../../support/worker/worker.ts";

const parse = (fields: object, query: Record<string, string> = {}) =>
  parseCall(Object.entries(query), Object.entries(fields));

function failureOf(fields: object, query: Record<string, string> = {}) {
  try {
    parse(fields, query);
  } catch (thrown) {
    if (thrown instanceof Failure) return localizeReply(thrown.reply, ENGLISH);
    throw thrown;
  }
  throw new Error("Expected a failure");
}

/** The ignored fields with their reasons in English. */
const listIgnored = ({ ignored }: Pick<Call, "ignored">) =>
  ignored.map((one) => ({ ...one, reason: toEnglish(one.reason) }));

const SAME = {
  person: { id: ADA, email: "ada@studio.tld" },
  project: PROJECT,
  selection: [TASK, OTHER_TASK],
  entityType: "shot",
  path: `/productions/${PROJECT}/shots`,
  server: "kitsu.studio.tld",
  params: {},
  ignored: [],
};

describe("a call means the same in every dialect", () => {
  it.each([
    ["ajax", AJAX_FIELDS],
    ["form", FORM_FIELDS],
    [
      "ajax of 2019",
      {
        entityType: "shot",
        originUrl: SAME.path,
        originServer: SAME.server,
        selection: SAME.selection,
        productionId: PROJECT,
        userId: ADA,
        userEmail: "ada@studio.tld",
      },
    ],
    [
      "form of 2017",
      {
        personid: ADA,
        personemail: "ada@studio.tld",
        projectid: PROJECT,
        currentpath: SAME.path,
        currentserver: SAME.server,
        selection: SAME.selection.join(","),
        entity_type: "shot",
      },
    ],
    [
      "form",
      {
        PERSON_ID: ADA,
        PersonEmail: "ada@studio.tld",
        Project_Id: PROJECT,
        CURRENT_PATH: SAME.path,
        currentServer: SAME.server,
        Selection: SAME.selection,
        EntityType: "Shot",
      },
    ],
    ["mixed", { ...AJAX_FIELDS, personid: ADA }],
  ])("%s", (dialect, fields) => {
    expect(parse(fields)).toEqual({ ...SAME, dialect });
  });

  it("by the query string alone", () => {
    expect(parse({}, FORM_FIELDS)).toEqual({ ...SAME, dialect: "form" });
  });
});

describe("the selection", () => {
  it.each([
    ["an array", [TASK, OTHER_TASK]],
    ["a comma string", `${TASK},${OTHER_TASK}`],
    ["a comma string with blanks", ` ${TASK} , ${OTHER_TASK} `],
    ["an array of comma strings", [`${TASK},${OTHER_TASK}`]],
  ])("may be %s", (_, selection) => {
    expect(parse({ selection }).selection).toEqual([TASK, OTHER_TASK]);
  });

  it("may be a repeated field", () => {
    const fields: [string, string][] = [
      ["selection", TASK],
      ["selection", OTHER_TASK],
    ];
    expect(parseCall([], fields).selection).toEqual([TASK, OTHER_TASK]);
  });

  it("keeps its order, and lists empty and repeated ids as ignored", () => {
    const call = parse({ selection: [OTHER_TASK, "", TASK, OTHER_TASK.toUpperCase(), null] });
    expect(call.selection).toEqual([OTHER_TASK, TASK]);
    expect(listIgnored(call).map(({ reason }) => reason)).toEqual(["2 empty ids", "1 repeated id"]);
  });

  it.each([
    ["", []],
    [[], []],
    [null, []],
    [[""], []],
    [",,", []],
  ])("may be as empty as %j", (selection, expected) => {
    expect(parse({ selection }).selection).toEqual(expected);
  });

  it(`has at most ${TASKS_MAX} tasks`, () => {
    const ids = Array.from({ length: TASKS_MAX + 1 }, () => crypto.randomUUID());
    expect(parse({ selection: ids.slice(1) }).selection).toHaveLength(TASKS_MAX);
    const reply = failureOf({ selection: ids });
    expect(reply).toMatchObject({
      code: "invalid-call",
      field: "selection",
      text: expect.stringContaining("5,001 tasks"),
    });
  });

  it.each([
    ["SQL", "1' OR '1'='1"],
    ["HTML", "<img src=x onerror=alert(1)>"],
    ["nearly a UUID", `${TASK}0`],
    ["a number", 7],
    ["an object", { id: TASK }],
    ["an array in an array", [[TASK]]],
  ])("rejects %s as an id", (_, id) => {
    expect(failureOf({ selection: Array.isArray(id) ? id : [TASK, id] })).toMatchObject({
      code: "invalid-call",
      field: "selection",
    });
  });
});

describe("an invalid field", () => {
  it.each([
    ["productionid", "all"],
    ["projectid", "main"],
    ["productionid", 7],
    ["useremail", "no address"],
    ["useremail", "ada"],
    ["useremail", "@studio.tld"],
    ["useremail", "<b>@studio.tld"],
    ["personemail", `${"a".repeat(10_000)}@studio.tld`],
    ["useremail", { address: "ada@studio.tld" }],
    ["useremail", ["ada@studio.tld"]],
    ["originurl", { toString: "x" }],
    ["originurl", 42],
    ["originserver", true],
    ["originserver", "x".repeat(300)],
    ["currentpath", "/".repeat(3_000)],
    ["entitytype", "spaceship"],
    ["entitytype", 1],
    ["userid", "' OR 1=1 --"],
    ["personid", "<script>alert(1)</script>"],
    ["userid", 42],
  ])("is ignored, with a reason: %s %j", (field, value) => {
    const call = parse({ selection: [TASK], [field]: value });
    expect(call.selection).toEqual([TASK]);
    expect(listIgnored(call)).toMatchObject([{ name: field, reason: expect.stringMatching(/^(is|has) /) }]);
    expect(call.ignored[0]?.value.length).toBeLessThan(300);
  });

  it("fails the call if it is the person's id and nothing else identifies the person", () => {
    const unreadable = findUnreadableId(parse({ ...AJAX_FIELDS, userid: "x".repeat(5_000) }));
    const reply = localizeReply(unreadableId(unreadable ?? { name: "", value: "", reason: "" }).reply, ENGLISH);
    expect(reply).toMatchObject({
      code: "invalid-call",
      field: "userid",
      text: expect.stringContaining("is not the id of a person"),
    });
    expect("text" in reply && reply.text?.length).toBeLessThan(200);
    expect(findUnreadableId(parse({ ...AJAX_FIELDS, productionid: "all", colour: "red" }))).toBeUndefined();
  });

  it("is never quoted at length", () => {
    expect(JSON.stringify(failureOf({ selection: ["x".repeat(100_000)] })).length).toBeLessThan(500);
  });

  it.each([
    "maeve.o'brien@studio.tld",
    "ada+kitsu@studio.tld",
    "zoé@bücher.example",
    "アダ@例え.テスト",
    "a_b=c{d}!#$%&*/?^`|~@studio.tld",
    "ada@localhost",
  ])("is not an e-mail address that Zou accepts: %s", (email) => {
    expect(parse({ useremail: ` ${email}\n` })).toMatchObject({ person: { email }, ignored: [] });
  });

  it.each(["", " ", null, "null", "undefined"])("does not include an empty one: %j", (nothing) => {
    const call = parse({ productionid: nothing, userid: nothing, useremail: nothing, originurl: nothing });
    expect(call).toMatchObject({ person: { id: undefined, email: undefined }, project: undefined, path: undefined });
  });
});

describe("fields that occur twice", () => {
  it("may agree", () => {
    expect(parse({ userid: ADA, personid: ADA }).person.id).toBe(ADA);
  });

  it("may not differ", () => {
    const reply = failureOf({ userid: ADA, personid: TASK });
    expect(reply).toMatchObject({
      code: "invalid-call",
      field: "personid",
      text: expect.stringContaining("userid"),
    });
  });

  it("may not differ between query string and body", () => {
    expect(failureOf({ userid: ADA }, { userid: TASK })).toMatchObject({ code: "invalid-call", field: "userid" });
  });

  it.each([
    [{ userid: ADA, personid: "nobody" }],
    [{ personid: 42, userid: ADA }],
    [{ useremail: "ada@studio.tld", personemail: "bob@studio.tld" }],
  ])("may not name two people: %j", (fields) => {
    expect(failureOf(fields)).toMatchObject({ code: "invalid-call", text: expect.stringContaining("disagree") });
  });

  it("agree if only their case differs", () => {
    const twice = {
      userid: ADA,
      personid: ADA.toUpperCase(),
      useremail: "ada@studio.tld",
      personemail: "ADA@studio.tld ",
    };
    expect(parse(twice)).toMatchObject({ person: { id: ADA, email: "ada@studio.tld" }, ignored: [] });
  });

  it.each([
    ["productionid", PROJECT, "projectid", TASK],
    ["originurl", "/my-tasks", "currentpath", "/people"],
    ["originserver", "kitsu.studio.tld", "currentserver", "elsewhere.tld"],
  ])("count once if they are only hints: %s", (one, value, other, another) => {
    const call = parse({ [one]: value, [other]: another });
    expect([call.project, call.path, call.server]).toContain(value);
    expect(listIgnored(call)).toEqual([{ name: other, value: another, reason: `differs from ${one}` }]);
  });
});

describe("a field that Kitsu does not send", () => {
  it("is listed as ignored", () => {
    expect(listIgnored(parse({ ...AJAX_FIELDS, colour: "red" }))).toEqual([
      { name: "colour", value: "red", reason: "Kitsu has no such field" },
    ]);
  });

  it("is a parameter if it is in the action's own URL", () => {
    expect(parse(AJAX_FIELDS, { preset: "4k" }).params).toEqual({ preset: "4k" });
  });

  it("is listed up to a limit and counted beyond it, but an invalid person's id is always listed", () => {
    const many = Object.fromEntries(Array.from({ length: 7_000 }, (_, index) => [`field_${index}`, "x"]));
    const call = parse({ ...many, personid: "nobody", ...AJAX_FIELDS, userid: "" });
    expect(call.ignored).toHaveLength(52);
    expect(listIgnored(call).at(-1)).toEqual({ name: "…", value: "", reason: "6,950 more fields are not listed" });
    expect(findUnreadableId(call)).toMatchObject({ value: "nobody" });
  });

  it("never changes a prototype", () => {
    const call = parseCall(
      [["__proto__", "polluted"]],
      Object.entries(JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}')),
    );
    expect(call.ignored.map(({ name }) => name)).toEqual(["__proto__", "constructor"]);
    expect(Object.keys(call.params)).toEqual(["__proto__"]);
    expect({}).not.toHaveProperty("polluted");
    expect(Object.getPrototypeOf(call.params)).toBe(Object.prototype);
  });
});
