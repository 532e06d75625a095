import { describe, expect, it } from "vitest";
import { makeCommand } from "../../../worker/launch/command.ts";
import { guessSystem } from "../../../worker/launch/operating-system.ts";

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36";
const MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15";
const ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36";
const IPAD = "Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1.15";

describe("the person's system", () => {
  it.each([
    [[["sec-ch-ua-platform", '"Windows"']], "windows"],
    [[["sec-ch-ua-platform", '"macOS"']], "darwin"],
    [
      [
        ["sec-ch-ua-platform", '"Linux"'],
        ["user-agent", WINDOWS],
      ],
      "linux",
    ],
    [
      [
        ["sec-ch-ua-platform", '"Chrome OS"'],
        ["user-agent", FIREFOX],
      ],
      undefined,
    ],
    [[["sec-ch-ua-platform", '"Android"']], undefined],
    [[["user-agent", FIREFOX]], "linux"],
    [[["user-agent", WINDOWS]], "windows"],
    [[["user-agent", MAC]], "darwin"],
    [[["user-agent", ANDROID]], undefined],
    [[["user-agent", IPAD]], undefined],
    [[["user-agent", "curl/8"]], undefined],
    [[], undefined],
  ] as const)("is guessed from %j: %s", (headers, system) => {
    expect(guessSystem(headers)).toBe(system);
  });
});

describe("a command line", () => {
  it.each([
    [["rv", "-play", "/p/a.mov"], "rv -play /p/a.mov"],
    [["rv", "/p/a b.mov"], "rv '/p/a b.mov'"],
    [["rv", "/p/$(rm -rf ~);`x`&.mov"], "rv '/p/$(rm -rf ~);`x`&.mov'"],
    [["rv", "/p/it's.mov"], "rv '/p/it'\\''s.mov'"],
    [["rv", ""], "rv ''"],
  ])("is quoted for a shell: %j", (parts, line) => {
    expect(makeCommand(parts, "linux")).toBe(line);
    expect(makeCommand(parts, "darwin")).toBe(line);
  });

  it.each([
    [["rv", "P:\\demo\\a.mov"], "rv P:\\demo\\a.mov"],
    [["C:\\Program Files\\RV\\rv.exe", "P:\\a & b.mov"], '"C:\\Program Files\\RV\\rv.exe" "P:\\a & b.mov"'],
    [["rv", "P:\\a b\\"], 'rv "P:\\a b\\\\"'],
    [["rv", "P:\\%USERNAME%.mov"], undefined],
    [["rv", "P:\\$(calc).mov"], undefined],
    [["rv", 'P:\\a" & calc.mov'], undefined],
    [["rv", "P:\\SH010\u201d ; calc.exe ; \u201c\\x.mov"], undefined],
    [["rv", "P:\\SH010\u201e & calc.mov"], undefined],
    [["rv", "P:\\SH010\uff02 & calc.mov"], undefined],
    [["rv", "P:\\Straße 映画\\a b.mov"], 'rv "P:\\Straße 映画\\a b.mov"'],
  ])("is quoted for Windows, or not offered: %j", (parts, line) => {
    expect(makeCommand(parts, "windows")).toBe(line);
  });

  it("is not offered if it would have several lines", () => {
    expect(makeCommand(["rv", "a\nrm -rf ~"], "linux")).toBeUndefined();
    expect(makeCommand(["rv", "a\r\ncalc"], "windows")).toBeUndefined();
  });
});
