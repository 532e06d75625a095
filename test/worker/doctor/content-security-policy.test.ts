import { describe, expect, it } from "vitest";
import { isAllowed, parsePolicies } from "../../../worker/doctor/content-security-policy.ts";

const PAGE = "https://kitsu.studio.tld/";
const allows = (policy: string, url: string, directive: "connect-src" | "form-action" | "script-src" = "connect-src") =>
  isAllowed(parsePolicies([policy]), directive, url, PAGE);

describe("a Content-Security-Policy allows", () => {
  it.each([
    ["", "https://edge.tld/"],
    ["img-src 'none'", "https://edge.tld/"],
    ["connect-src *", "https://edge.tld/"],
    ["connect-src https:", "https://edge.tld/"],
    ["connect-src http:", "https://edge.tld/"],
    ["connect-src edge.tld", "https://edge.tld/"],
    ["connect-src *.tld", "https://edge.tld/"],
    ["connect-src https://edge.tld:*", "https://edge.tld:8443/"],
    ["connect-src EDGE.tld", "https://edge.tld/"],
    ["default-src 'self'", "https://kitsu.studio.tld/edge/"],
    ["default-src 'none'; connect-src https://edge.tld", "https://edge.tld/"],
    ["connect-src 'self'", "wss://kitsu.studio.tld/edge/"],
  ])("%s: %s", (policy, url) => {
    expect(allows(policy, url)).toBe(true);
  });

  it.each([
    ["connect-src 'none'", "https://edge.tld/"],
    ["connect-src 'self'", "https://edge.tld/"],
    ["connect-src *.tld", "https://tld/"],
    ["connect-src https:", "wss://edge.tld/"],
    ["connect-src https://edge.tld", "http://edge.tld/"],
    ["connect-src https://edge.tld", "https://edge.tld:8443/"],
    ["connect-src https://edge.tld/api/", "https://edge.tld/"],
    ["connect-src 'none'; connect-src *", "https://edge.tld/"],
    ["default-src 'self'", "https://edge.tld/"],
    ["connect-src *, connect-src 'self'", "https://edge.tld/"],
  ])("not %s: %s", (policy, url) => {
    expect(allows(policy, url)).toBe(false);
  });

  it("forms, whatever default-src says", () => {
    expect(allows("default-src 'none'", "https://edge.tld/", "form-action")).toBe(true);
    expect(allows("form-action 'self'", "https://edge.tld/", "form-action")).toBe(false);
  });
});
