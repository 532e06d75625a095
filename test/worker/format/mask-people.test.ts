import { describe, expect, it } from "vitest";
import { maskPeople } from "../../../worker/format/mask-people.ts";

const ADA = { id: "9a8b7c6d-5e4f-4a3b-9c2d-1e0f9a8b7c6d", email: "ada@studio.tld", name: "Ada Roy" };
const ZOE = { id: "1a8b7c6d-5e4f-4a3b-9c2d-1e0f9a8b7c6d", email: "zoe.lund@studio.tld", name: "Zoé (Z.) Lund" };
const TANAKA = { id: "2a8b7c6d-5e4f-4a3b-9c2d-1e0f9a8b7c6d", email: "t@studio.tld", name: "田中太郎" };
const DONE = { id: "3a8b7c6d-5e4f-4a3b-9c2d-1e0f9a8b7c6d", email: "d@studio.tld", name: "done" };
const MAEVE = { id: "4a8b7c6d-5e4f-4a3b-9c2d-1e0f9a8b7c6d", email: "m@studio.tld", name: "Maeve O'Brien" };
const JURGEN = { id: "5a8b7c6d-5e4f-4a3b-9c2d-1e0f9a8b7c6d", email: "j@studio.tld", name: "Jürgen Müller" };
const mask = (value: unknown) =>
  maskPeople(value, ADA, [ADA, ZOE, TANAKA, DONE, MAEVE, JURGEN, { email: "f@studio.tld", name: "🦊🦊" }]);

describe("people in a value", () => {
  it("get the same pseudonym wherever they occur, the caller the first", () => {
    expect(
      mask({ a: ["Zoé (Z.) Lund", ADA.id, "ADA@studio.tld, ada roy"], b: { c: `by ${ZOE.id}: ${ZOE.email}` } }),
    ).toEqual({
      a: ["Person 2", "00000000-0000-4000-8000-000000000001", "person-1@studio.example, Person 1"],
      b: { c: "by 00000000-0000-4000-8000-000000000002: person-2@studio.example" },
    });
  });

  it("are found in addresses, and if their accents are written otherwise", () => {
    expect(mask(`/people/${ADA.id}?name=Ada%20Roy&mail=ada%40studio.tld`)).toBe(
      "/people/00000000-0000-4000-8000-000000000001?name=Person%201&mail=person-1%40studio.example",
    );
    expect(mask("Zoé (Z.) Lund".normalize("NFD"))).toBe("Person 2");
  });

  it.each([
    ["/prod/ada_roy/SH010.ADA-ROY.v004.ma", "/prod/Person_1/SH010.Person-1.v004.ma"],
    [
      "https://edge.tld/a?who=Ada+Roy&u=https%3A%2F%2Fx%2F%3Fn%3DAda%2520Roy",
      "https://edge.tld/a?who=Person+1&u=https%3A%2F%2Fx%2F%3Fn%3DPerson1",
    ],
    ["One\\nAda Roy", "One\\nPerson 1"],
    ["adaroy, Roy, Ada and AdaRoy", "Person1, Person 1 and Person1"],
    ["zoe_z_lund, Zo\\u00e9 (Z.) Lund", "Person_2, Person 2"],
    ["Maeve O&#x27;Brien, Maeve O\\'Brien, maeve.obrien", "Person 2, Person 2, Person.2"],
    ["🦊🦊, %F0%9F%A6%8A%F0%9F%A6%8A", "Person 2, Person2"],
    ["?a=J%C3%BCrgen%20M%C3%BCller&b=%E7%94%B0%E4%B8%AD%E5%A4%AA%E9%83%8E", "?a=Person%202&b=Person3"],
    ["juergen_mueller and Jurgen Muller", "Person_2 and Person 2"],
  ])("are found in file names, addresses and code: %s", (text, masked) => {
    expect(mask(text)).toBe(masked);
  });

  it("are found in the paths of their home folders", () => {
    expect(mask('File "/home/t/x.py", C:\\Users\\zoe.lund\\y, /Users/somebody/z, /home, /home/x, y')).toBe(
      'File "/home/Person2/x.py", C:\\Users\\Person.3\\y, /Users/Person4/z, /home, /home/Person5, y',
    );
  });

  it("are found in an address within an address", () => {
    expect(mask("?u=%3Fmail%3Dada%2540studio.tld")).not.toContain("ada");
  });

  it("are found in the names and answers of a form, whatever an action calls its fields", () => {
    expect(
      mask({ fields: [["input", { type: "Ada Roy", [ZOE.email]: true }]], choices: { role: ["Ada Roy"] } }),
    ).toEqual({
      fields: [["input", { type: "Person 1", "person-2@studio.example": true }]],
      choices: { role: ["Person 1"] },
    });
  });

  it("are found by their e-mail addresses, even if nobody knows them", () => {
    expect(mask("ask maeve.o-brien+x@elsewhere.co.uk or it@jalapeño.tld, not render@2x.")).toBe(
      "ask person-2@studio.example or person-3@studio.example, not render@2x.",
    );
  });

  it("are not found inside other words, except in scripts without spaces", () => {
    expect(mask("Canada Royal, Ada Roy's")).toBe("Canada Royal, Person 1's");
    expect(mask("田中太郎さん")).toBe("Person 2さん");
  });

  it("do not change the words of the format, whatever they are called", () => {
    expect(mask({ kind: "done", state: "done", text: "done" })).toEqual({
      kind: "done",
      state: "done",
      text: "Person 2",
    });
  });

  it("do without a name", () => {
    const caller = { email: "ada@studio.tld", name: "ada@studio.tld" };
    expect(maskPeople(["ada@studio.tld", 1, null, true], caller, [])).toEqual([
      "person-1@studio.example",
      1,
      null,
      true,
    ]);
    expect(maskPeople("nothing", {}, [])).toBe("nothing");
  });
});
