// The description of the routes has exactly those of the router, and what it describes is true of
// every answer in the tests of the worker: test/support/worker/description.ts.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { makeDocuments } from "../../../scripts/openapi/documents.ts";

const router = readFileSync(join(import.meta.dirname, "../../../worker/index.ts"), "utf8");

/** "GET /runs/{id}" of each route in the router, "OPTIONS /runs/{id}/{again}". */
const routed = [...router.matchAll(/^ {4}\.(get|post|options|all)\(\s*"([^"]+)"/gm)].map(
  ([, method = "", path = ""]) => ({ method, path: path.replace(/:(\w+)/g, "{$1}") }),
);

/** Calls don't go through the router. */
const CALL = "/actions/{action}";

let paths: Record<string, Record<string, { operationId: string }>>;
beforeAll(async () => {
  const { openapi, wire } = await makeDocuments();
  ({ paths } = JSON.parse(openapi.join(wire)));
});

const isSame = (one: string, other: string) => toPattern(one).test(other);
const toPattern = (path: string) => new RegExp(`^${path.replaceAll(".", "\\.").replace(/\{\w+\}/g, "[^/]+")}$`);

describe("the description of the routes", () => {
  it("reads the router", () => {
    expect(routed.length).toBeGreaterThan(30);
    expect(router).toContain("const CALL_PATH = /^\\/actions\\/([^/]+)$/;");
  });

  it.each(routed)("has $method $path", ({ method, path }) => {
    const described = Object.keys(paths).filter((other) => isSame(path, other));
    const methods = new Set(described.flatMap((other) => Object.keys(paths[other] ?? {})));
    expect(described, `Describe ${path} in scripts/openapi`).not.toEqual([]);
    if (method !== "all") expect([...methods], `Describe ${method} of ${path} in scripts/openapi`).toContain(method);
  });

  it("has no other routes", () => {
    const described = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => ({ method, path })),
    );
    const unknown = described.filter(
      ({ method, path }) =>
        path !== CALL &&
        !routed.some(
          (route) => [method, "all"].includes(route.method) && (route.path === path || isSame(route.path, path)),
        ),
    );
    expect(unknown, "Remove these from scripts/openapi").toEqual([]);
    expect(Object.keys(paths[CALL] ?? {}).toSorted()).toEqual(["get", "options", "post"]);
  });

  it("gives each operation a name of its own", () => {
    const names = Object.values(paths).flatMap((operations) => Object.values(operations).map((one) => one.operationId));
    expect(new Set(names).size).toBe(names.length);
  });
});
