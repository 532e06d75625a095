import { describe, expect, it } from "vitest";
import { toEnglish } from "../../../worker/format/localize.ts";
import { readSettingProblem } from "../../../worker/format/setting-problem.ts";
import { fillTemplate, findUnescaped, parseTemplate, type Values } from "../../../worker/launch/template.ts";

const VARIABLES = ["path", "entity", "revision", "entity.data.*"];

function fill(source: string, values: Values): string {
  const template = parseTemplate(source, VARIABLES);
  if (typeof template === "string") throw new Error(template);
  const filled = fillTemplate(template, values);
  return "text" in filled ? filled.text : `! ${toEnglish(filled.problem)}`;
}

describe("a template", () => {
  it.each([
    ["plain text", "plain text"],
    ["", ""],
    ["{path}", "/p/a b&c.mov"],
    ["a{path}b{path}c", "a/p/a b&c.movb/p/a b&c.movc"],
    ["{path|url}", "%2Fp%2Fa%20b%26c.mov"],
    ["{path|url2}", "%252Fp%252Fa%2520b%2526c.mov"],
    ["{path|hex}", "2f702f6120622663 2e6d6f76".replace(" ", "")],
    ["{path|base64url}", "L3AvYSBiJmMubW92"],
    ["{revision|pad:3}", "007"],
    ["{revision|pad:1}", "7"],
    ["{ entity | lower }", "sh010"],
    ["{entity|lower|upper}", "SH010"],
    ["{entity.data.take|default:none}", "none"],
    ["{entity.data.take|default:a:b}", "a:b"],
    ["{entity.data.take|default:}", ""],
    ["{entity.data.take|default:main|upper|pad:6}", "00MAIN"],
    ["{entity|default:none}", "SH010"],
  ])("fills %s: %s", (source, text) => {
    expect(fill(source, { path: "/p/a b&c.mov", revision: 7, entity: "SH010" })).toBe(text);
  });

  it("escapes any text for links, including half of a surrogate pair", () => {
    const values = { path: "Zoé 🦊 +/=?" };
    expect(decodeURIComponent(fill("{path|url}", values))).toBe(values.path);
    expect(decodeURIComponent(decodeURIComponent(fill("{path|url2}", values)))).toBe(values.path);
    expect(fill("{path|base64url}", values)).toMatch(/^[\w-]+$/);
    expect(fill("{path|hex}", values)).toMatch(/^([0-9a-f]{2})+$/);
    expect(fill("{path|url}", { path: "half \ud83e" })).toBe("half%20%EF%BF%BD");
  });

  it.each([{}, { entity: "" }, { entity: undefined }])("reports the variable without a value: %j", (values) => {
    expect(fill("/{entity|lower}/x", values)).toBe("! {entity} has no value");
  });

  it.each([
    ["{pth}", "has the unknown variable {pth}: use one of path, entity, revision, entity.data.*"],
    ["{}", "has the unknown variable {}: use one of"],
    ["{entity.data.}", "has the unknown variable {entity.data.}"],
    ["{constructor}", "has the unknown variable {constructor}"],
    [
      "{path|urlencode}",
      'has the unknown filter "urlencode" in {path|urlencode}: use one of url, url2, base64url, hex, pad',
    ],
    ["{path|constructor}", 'has the unknown filter "constructor"'],
    ["{path|}", 'has the unknown filter ""'],
    ["{revision|pad}", "has an invalid filter in {revision|pad}: write pad:3, with"],
    ["{revision|pad:x}", "has an invalid filter in {revision|pad:x}: write pad:3, with"],
    ["{revision|pad:99999999}", "has an invalid filter in {revision|pad:99999999}: write pad:3, with"],
    ["{path|default}", "has an invalid filter in {path|default}: write default:main"],
    ["{path|url:2}", "has an invalid filter in {path|url:2}: write url."],
    ["{path", "has an unmatched brace"],
    ["path}", "has an unmatched brace"],
    ["{{path}}", "has an unmatched brace"],
    ["{a{path}", "has an unmatched brace"],
  ])("with a mistake reports it, and the alternatives: %s", (source, problem) => {
    const mistake = parseTemplate(source, VARIABLES);
    const text = typeof mistake === "string" ? readSettingProblem(mistake, "LAUNCHERS.url") : undefined;
    expect(toEnglish(text ?? "")).toContain(`LAUNCHERS.url ${problem}`);
  });

  it("finds the variable that a link would not escape", () => {
    const find = (source: string) => {
      const template = parseTemplate(source, VARIABLES);
      return typeof template === "string" ? template : findUnescaped(template);
    };
    expect(find("a://b?p={path|url}&q={entity|default:|lower|hex}&r={path|url2}{path|base64url}")).toBeUndefined();
    expect(find("a://b?p={path|url}&q={entity}")).toBe("entity");
    expect(find("a://b?p={path|url|lower}")).toBe("path");
    expect(find("a://b?p={revision|pad:3}")).toBe("revision");
  });
});
