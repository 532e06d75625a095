import { describe, expect, it } from "vitest";
import { decodeLink } from "../../../worker/launch/decode-link.ts";

const base64 = (text: string) => btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const hex = (text: string) => [...text].map((letter) => letter.charCodeAt(0).toString(16)).join("");

describe("the address of a program", () => {
  it.each([
    ["mpv://play/", base64("https://edge.tld/media/abc/ada_roy.png")],
    ["rvlink://baked/", hex(" -play /mnt/prod/ada_roy.mov")],
  ])("is readable: %s", (scheme, encoded) => {
    expect(decodeLink(`${scheme}${encoded}`)).toMatch(/ada_roy/);
  });

  it.each([
    "https://edge.tld/c29tZXRoaW5nIHZlcnkgbG9uZw",
    "c29tZXRoaW5nIHZlcnkgbG9uZw",
    `studio://open/${"0d6e1f9a3c1b4f0e9a558b1f6c2d7e01".repeat(2)}`,
    "studio://open?task=0d6e1f9a-3c1b-4f0e-9a55-8b1f6c2d7e01&file=sh0010_animation_v001.mov",
  ])("stays as it is if nothing is hidden in it, or if it is none: %s", (link) => {
    expect(decodeLink(link)).toBe(link);
  });
});
