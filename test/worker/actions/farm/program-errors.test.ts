import { describe, expect, it } from "vitest";
import { findErrorLines } from "../../../../worker/actions/farm/program-errors.ts";

describe("the error lines of a program", () => {
  it.each([
    [
      "Blender's last error",
      "Fra:3 Mem:8.55M\nError: Cycles: out of GPU memory\nBlender quit\n",
      "Error: Cycles: out of GPU memory",
    ],
    [
      "a traceback's end",
      'Traceback (most recent call last):\n  File "a.py", line 3, in <module>\n    f()\nRuntimeError: boom\n',
      "RuntimeError: boom",
    ],
    ["the two last of many", "Error: a\nError: b\nError: c\n", "Error: b / Error: c"],
    ["once if it is printed again and again", "Error: a\nError: a\nError: a\n", "Error: a"],
    ["a shell's", "/bin/sh: 1: blenderx: not found\n", "/bin/sh: 1: blenderx: not found"],
    ["a licence's", "Rendering\nLicence server is down\n", "Licence server is down"],
    ["lines of a terminal, in colours", "\u001b[31mERROR\u001b[0m: no\u0007 disk\rdone 3%\r", "ERROR: no disk"],
    ["lines of Windows", "ok\r\nFatal: x\r\nbye\r\n", "Fatal: x"],
    ["no error in what counts none", "Fatal: a\nFinished with 0 errors, 0 warnings\n", "Fatal: a"],
  ])("are %s", (_, output, text) => {
    expect(findErrorLines(output)).toEqual({ text, isError: true });
  });

  it("are its last line if none reports an error, and nothing if it printed nothing", () => {
    expect(findErrorLines("Fra:1\nSaved: x\n\n")).toEqual({ text: "Saved: x", isError: false });
    expect(findErrorLines(" \n\n\t\n")).toBeUndefined();
    expect(findErrorLines("")).toBeUndefined();
  });

  it("are short, even from a line of a megabyte, and searched only at the end", () => {
    const line = `Error: ${"x".repeat(1_048_576)}`;
    const words = findErrorLines(`Error: long ago\n${line}\n`);
    expect(words?.text.length).toBeLessThan(210);
    expect(findErrorLines(`${line}\nError: the end\n`)?.text).toMatch(/Error: the end$/);
    expect(findErrorLines(`Error: first\n${"Fra:1\n".repeat(200_000)}`)).toEqual({ text: "Fra:1", isError: false });
  });
});
