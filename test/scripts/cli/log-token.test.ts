import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CliError } from "../../../scripts/cli-error.ts";
import { createFolder } from "./support/folder.ts";

// Imported by URL, because workerd's types and Node's conflict.
const path = new URL("../../../scripts/cli/log-token.ts", import.meta.url).href;
type ReadLogToken = (env: Readonly<Record<string, string>>, exitCode?: number) => string | undefined;
const { readLogToken }: { readLogToken: ReadLogToken } = await import(path);

const exitCodeOf = (env: Readonly<Record<string, string>>, exitCode?: number) => {
  try {
    readLogToken(env, exitCode);
    return 0;
  } catch (thrown) {
    return thrown instanceof CliError ? thrown.exitCode : thrown;
  }
};

describe("the token of the log", () => {
  it("comes from the environment, or else from the file that it names", () => {
    const file = join(createFolder(), "token");
    writeFileSync(file, "from-a-file\n");
    expect(readLogToken({ LOG_TOKEN: " a-token ", LOG_TOKEN_FILE: "/no/such/file" })).toBe("a-token");
    expect(readLogToken({ LOG_TOKEN: "", LOG_TOKEN_FILE: file })).toBe("from-a-file");
    expect(readLogToken({})).toBeUndefined();
  });

  it("is not empty: a file that can't be read or says nothing fails, with the command's exit code", () => {
    const file = join(createFolder(), "token");
    writeFileSync(file, "\n");
    expect(exitCodeOf({ LOG_TOKEN_FILE: file })).toBe(1);
    expect(exitCodeOf({ LOG_TOKEN_FILE: "/no/such/file" }, 2)).toBe(2);
  });
});
