import { describe, expect, it } from "vitest";
import { ask } from "../../support/worker/worker.ts";

describe.each([
  ["/openapi.json", /^\{"openapi":"3\.1\./],
  ["/contract.schema.json", /^\{"\$schema":"https:\/\/json-schema\.org\/draft\/2020-12\/schema"/],
])("%s", (path, beginning) => {
  it("is JSON that any page may read and that is cached like other assets", async () => {
    const response = await ask(path, { headers: { origin: "https://anywhere.tld" } });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("cache-control")).toBe("public, max-age=300");
    expect(await response.text()).toMatch(beginning);
  });

  it("refers only to what it has", async () => {
    const document = await (await ask(path)).json<Record<string, unknown>>();
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(
      ([, pointer = ""]) => pointer,
    );
    expect(references.length).toBeGreaterThan(20);
    const resolve = (pointer: string) =>
      pointer.split("/").reduce((value: unknown, name) => Object(value)[name], document);
    expect(references.filter((pointer) => resolve(pointer) === undefined)).toEqual([]);
  });
});
