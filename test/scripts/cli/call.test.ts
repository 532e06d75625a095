// kitsu-actions call, with a playground and a worker.
import { describe, expect, it } from "vitest";
import { call, codeOf, env, LOG_TOKEN, openWorkers, place, takeOutput } from "./support/calls.ts";

const workers = openWorkers({ LOG_TOKEN });

describe("a call from the shell", () => {
  it("is understood as Kitsu's, in the mode and version that was asked for", async () => {
    await call(["debug", "--tasks", "3", "--as", "artist", ...place(workers[0])], env());
    expect(takeOutput()).toMatch(/done, \w+: 3 tasks.*\n.*dialect "ajax".*artist/);
    await call(["debug", "--form", "--dialect", "2018", "--json", ...place(workers[0])], env());
    expect(takeOutput()).toContain('dialect \\"form of 2017\\"');
    expect(await codeOf(call(["debug", "--ajax", "--dialect", "2018", ...place(workers[0])], env()))).toContain(
      "no AJAX mode in 2018",
    );
  });

  it("takes a choice by its label", async () => {
    const answers = ["--input", "text=Hello", "--input", "status=waiting for approval", "--yes"];
    await call(["comment", "--tasks", "2", "--as", "supervisor", ...answers, ...place(workers[0])], env());
    expect(takeOutput()).toMatch(/^done, .*Commented on/m);
  });

  it("exits with 1 if the reply is a failure", async () => {
    expect(await call(["no-such-action", ...place(workers[0])], env())).toBe(1);
    expect(takeOutput()).toContain(`${workers[0]}/help#unknown-action`);
  });

  it("says how to answer a question", async () => {
    await call(["comment", ...place(workers[0])], env());
    expect(takeOutput()).toContain("To answer, add --input status=… --input text=…");
    await call(["comment", "--tasks", "2", "--input", "text=x", ...place(workers[0])], env());
    expect(takeOutput()).toContain("To confirm, add --yes.");
  });
});
