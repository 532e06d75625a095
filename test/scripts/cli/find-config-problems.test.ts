// What wrangler.toml lacks is told before a deployment.
import { join } from "node:path";
import { parse, stringify } from "smol-toml";
import { describe, expect, it } from "vitest";
import { findConfigProblems, findMissingVariables } from "../../../scripts/cli/find-config-problems.ts";
import { PACKAGE_FOLDER } from "../../../scripts/package-folder.ts";
import { readWranglerConfig } from "../../../scripts/wrangler-config.ts";

const ours = await readWranglerConfig(PACKAGE_FOLDER);
const template = await readWranglerConfig(join(PACKAGE_FOLDER, "create-kitsu-actions/template"));
const source = stringify(template);

const TODAY = "2999-12-31";

/** The problems of the template with another text in place of this one. */
function problemsWith(from: string | RegExp, to: string | ((part: string) => string)): string[] {
  const changed = typeof to === "string" ? source.replace(from, to) : source.replace(from, to);
  expect(changed).not.toBe(source);
  return findConfigProblems(parse(changed), ours, TODAY);
}

const OBJECT = /\[\[durable_objects\.bindings\]\]\nname = "LONG_RUNS"\nclass_name = "LongRun"\n/;
const STAGED_OBJECT = /\[\[env\.staging\.durable_objects\.bindings\]\]\nname = "LONG_RUNS"\nclass_name = "LongRun"\n/;

describe("a studio's wrangler.toml", () => {
  it("has no problem as the starter writes it", () => {
    expect(findConfigProblems(template, ours)).toEqual([]);
  });

  it("may have bindings, migrations, environments and a later date of its own", () => {
    const own = `${source.replace(/compatibility_date = ".*"/, 'compatibility_date = "2999-01-01"')}
[[migrations]]
tag = "mine"
new_sqlite_classes = ["Mine"]

[[kv_namespaces]]
binding = "MINE"
id = "1"
`;
    expect(findConfigProblems(parse(own), ours, TODAY)).toEqual([]);
  });

  it.each([
    ["an older compatibility_date", /compatibility_date = ".*"/, 'compatibility_date = "2024-01-01"', "too old"],
    [
      "no KV namespace",
      /\[\[kv_namespaces\]\]\nbinding = "RUNS"/,
      '[[kv_namespaces]]\nbinding = "OTHER"',
      "RUNS is missing. Run",
    ],
    ["no Durable Object", OBJECT, "", "LONG_RUNS is missing. Add"],
    [
      "a Durable Object of another class",
      OBJECT,
      '[[durable_objects.bindings]]\nname = "LONG_RUNS"\nclass_name = "Mine"\n',
      "LONG_RUNS has another class. It must be",
    ],
    [
      "a Durable Object of another name",
      OBJECT,
      '[[durable_objects.bindings]]\nname = "MINE"\nclass_name = "LongRun"\n',
      "LONG_RUNS is missing",
    ],
    ["no version", /\[version_metadata\]\nbinding = "VERSION"/, "", "The binding VERSION is missing. Add"],
    [
      "another migration of the same tag",
      'to = "RunCoordinator"',
      'to = "Mine"',
      "The migration v2 is not this package's",
    ],
    ["no main module", /main = ".*"\n/, "", 'main must be text in quotes, for example:\n\n  main = "worker.ts"\n'],
    ["a date without quotes", /compatibility_date = "(.*)"/, "compatibility_date = $1", "must be text in quotes"],
    ["a date that is none", /compatibility_date = ".*"/, 'compatibility_date = "today"', "must be text in quotes"],
    ["a date to come", /compatibility_date = ".*"/, 'compatibility_date = "3000-01-01"', "is in the future. Change it"],
    ["no id of its storage", /binding = "RUNS"\nid = ".*"/, 'binding = "RUNS"', "The KV namespace RUNS has no id. Run"],
    ["a binding without a name", /name = "LONG_RUNS"\n/, "", "durable_objects.bindings.2.name is missing"],
  ])("with %s has one problem", (_, from, to, sentence) => {
    const problems = problemsWith(from, to);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(sentence);
  });

  it("is told of each environment, which inherits no bindings", () => {
    expect(problemsWith(STAGED_OBJECT, "")).toEqual([
      `wrangler.toml: The Durable Object LONG_RUNS is missing in the environment staging. Add:

  [[env.staging.durable_objects.bindings]]
  name = "LONG_RUNS"
  class_name = "LongRun"
`,
    ]);
  });

  it("is told what an environment shares with the live worker, and which limits it lacks", () => {
    const live = source.replace(/(\[\[kv_namespaces\]\]\nbinding = "RUNS"\nid = ")0+/, "$1abc");
    const shared = live
      .replace(/(\[\[env\.staging\.kv_namespaces\]\]\nbinding = "RUNS"\nid = ")0+/, "$1abc")
      .replace('namespace_id = "7311"', 'namespace_id = "7301"')
      .replace(
        /\[\[env\.staging\.ratelimits\]\]\nname = "READS_BY_ADDRESS"\nnamespace_id = .*\n\n?(\[env.*simple\]\n.*\n.*\n)?/,
        "",
      );
    const problems = findConfigProblems(parse(shared), ours, TODAY);
    expect(problems).toHaveLength(3);
    expect(problems[0]).toContain("RUNS in the environment staging is the live one: both would write into one log");
    expect(problems[1]).toContain("CALLS_BY_PERSON in the environment staging has the live one's namespace_id 7301");
    expect(problems[2]).toContain("The rate limit READS_BY_ADDRESS is missing in the environment staging. Add");
    expect(findConfigProblems(parse(live), ours, TODAY)).toEqual([]);
  });

  it("is told which variables an environment has not", () => {
    expect(findMissingVariables(template)).toEqual([]);
    const changed = source.replace("[vars]\n", '[vars]\nLANGUAGE = "fr"\n');
    expect(findMissingVariables(parse(changed))).toEqual([
      "wrangler.toml: the environment staging has no LANGUAGE, which [vars] has: environments inherit no variables.",
    ]);
  });

  it("is told of a missing migration, which belongs behind those that have run", () => {
    const [problem = "", ...others] = problemsWith(
      /\[\[migrations\]\]\ntag = "v3"[\s\S]*?\n\n/,
      '[[migrations]]\ntag = "mine"\nnew_sqlite_classes = ["Mine"]\n\n',
    );
    expect(others).toEqual([]);
    expect(problem).toContain(
      'The migration v3 is missing. Add, after all others:\n\n  [[migrations]]\n  tag = "v3"\n',
    );
  });

  it("is told what the migrations of an environment lack, which replace the others", () => {
    const own = `${source}\n[[env.staging.migrations]]\ntag = "v1"\nnew_sqlite_classes = ["RunCoordinator"]\n`;
    const [changed, ...missing] = findConfigProblems(parse(own), ours, TODAY);
    expect(changed).toContain("The migration v1 in the environment staging is not this package's. It must be");
    expect(missing.map((problem) => problem.split("\n")[0])).toEqual([
      "wrangler.toml: The migration v2 is missing in the environment staging. Add, after all others:",
      "wrangler.toml: The migration v3 is missing in the environment staging. Add, after all others:",
    ]);
    expect(missing[0]).toContain("[[env.staging.migrations]]");
  });

  const ROUTES = /(\[env\.staging\]\n)routes = \[\]\n/;
  const LIVE_ROUTE = 'routes = [{ pattern = "edge.studio.tld", custom_domain = true }]\n';
  const INHERITED = `wrangler.toml: The environment staging would take edge.studio.tld away from the live worker: environments inherit routes. Give it its own, or none:

  [env.staging]
  routes = []
  workers_dev = true
`;
  const withLiveRoute = (staging: string) =>
    findConfigProblems(parse(LIVE_ROUTE + source.replace(ROUTES, `$1${staging}`)), ours, TODAY);

  it("is told of an environment that would take the live worker's address away", () => {
    expect(source).toMatch(ROUTES);
    expect(withLiveRoute("routes = []\n")).toEqual([]);
    expect(withLiveRoute('routes = ["staging.studio.tld/*"]\n')).toEqual([]);
    expect(withLiveRoute('route = "staging.studio.tld/*"\n')).toEqual([]);
    expect(withLiveRoute("")).toEqual([INHERITED]);
    expect(withLiveRoute(LIVE_ROUTE)).toEqual([INHERITED]);
    expect(withLiveRoute('route = "edge.studio.tld"\n')).toEqual([INHERITED]);
  });

  it("is told of an environment that is the live worker itself, or stores into it", () => {
    expect(problemsWith(ROUTES, '$1routes = []\nname = "kitsu-actions"\n')).toEqual([
      "wrangler.toml: The environment staging has the name of the live worker, which each of its deployments would replace. Remove its name: it is kitsu-actions-staging then.",
    ]);
    expect(problemsWith(STAGED_OBJECT, (lines: string) => `${lines}script_name = "kitsu-actions"\n`)).toEqual([
      "wrangler.toml: The Durable Object LONG_RUNS in the environment staging is that of the worker kitsu-actions: both would store into one. Remove script_name.",
    ]);
    expect(problemsWith('namespace_id = "7312"', 'namespace_id = "7301"')).toMatchObject([
      expect.stringContaining("CALLS_BY_ADDRESS in the environment staging has the live one's namespace_id 7301"),
    ]);
  });
});
