import { describe, expect, it } from "vitest";
import { maskPeople } from "../../../worker/format/mask-people.ts";

const ADA = { id: "9a8b7c6d-5e4f-4a3b-9c2d-1e0f9a8b7c6d", email: "ada@studio.tld", name: "Ada Roy" };
const ZOE = { id: "1a8b7c6d-5e4f-4a3b-9c2d-1e0f9a8b7c6d", email: "zoe.lund@studio.tld", name: "Zoé (Z.) Lund" };
const TANAKA = { id: "2a8b7c6d-5e4f-4a3b-9c2d-1e0f9a8b7c6d", email: "t@studio.tld", name: "田中太郎" };
const DONE = { id: "3a8b7c6d-5e4f-4a3b-9c2d-1e0f9a8b7c6d", email: "d@studio.tld", name: "done" };
const mask = (value: unknown) => maskPeople(value, ADA, [ADA, ZOE, TANAKA, DONE]);

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
