import { describe, expect, it } from "vitest";
import { debug } from "../../../worker/actions/debug.ts";
import { Failure, restoreFailure } from "../../../worker/format/failure.ts";
import { toEnglish } from "../../../worker/format/localize.ts";
import { replaceRun } from "../../support/worker/replace-run.ts";
import { ajax, ask, readFailed, readLog } from "../../support/worker/worker.ts";

describe("a failure code", () => {
  it("of the worker has a status and a title", () => {
    const { status, reply } = new Failure("unknown-run", { text: "It was deleted." });
    expect([status, toEnglish(reply.title)]).toEqual([404, "This run was not found"]);
  });

  it("of an action reaches the person and the log with the action's own title", async () => {
    replaceRun(debug).mockRejectedValue(new Failure("movie-not-found", { title: "There is no movie", retry: true }));
    const response = await ask("/actions/debug", ajax());
    expect(response.status).toBe(422);
    expect(await readFailed(response)).toMatchObject({
      code: "movie-not-found",
      title: "There is no movie",
      retry: true,
    });
    expect(await readLog()).toMatchObject([{ status: 422, reply: { code: "movie-not-found" } }]);
  });

  it("of an action may have a status", () => {
    expect(new Failure("movie-locked", { title: "The movie is locked", status: 409 }).status).toBe(409);
  });

  it("of an action survives being sent between parts of the worker", () => {
    const { reply } = new Failure("movie-not-found", { title: "There is no movie" });
    expect(restoreFailure(reply)).toMatchObject({ code: "movie-not-found", reply });
    expect(restoreFailure({ ...reply, code: "Not a code" })).toMatchObject({ code: "internal-error" });
  });

  it.each(["Movie-Not-Found", "movie_not_found", "movie not found", "", "-movie", "toString"])(
    "is kebab-case: not %j",
    (code) => {
      expect(() => new Failure(code, { title: "There is no movie" })).toThrow("is not kebab-case");
    },
  );

  it("is checked by the compiler", () => {
    // @ts-expect-error A code of an action's own needs a title.
    expect(new Failure("movie-not-found", { text: "There is none." }).code).toBe("movie-not-found");
  });
});
