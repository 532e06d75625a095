// The words for why a job on Flamenco failed. What failing programs print is in
// flamenco-farm.test.ts.

import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { formatFailure, formatMissingMovie } from "../../../../worker/actions/farm/flamenco-cause.ts";
import { toEnglish } from "../../../../worker/format/localize.ts";
import { FlamencoJob, FlamencoTask } from "../../../../worker/services/flamenco-objects.ts";

function explain(statuses: readonly string[], cause?: string, activity = "") {
  const job = v.parse(FlamencoJob, { id: "job", status: "failed", activity });
  const tasks = statuses.map((status, index) =>
    v.parse(FlamencoTask, { id: `${index}`, name: `render-${index}`, status }),
  );
  const failure = formatFailure(job, tasks, cause);
  return failure && toEnglish(failure);
}

describe("why a job failed", () => {
  it.each([
    [["failed", "completed"], "render-0 failed: out of memory"],
    [["completed", "failed", "failed"], "render-1 and 1 more task failed: out of memory"],
    [["failed", "failed", "failed"], "render-0 and 2 more tasks failed: out of memory"],
  ])("counts the tasks that failed: %j", (statuses, failure) => {
    expect(explain(statuses, "out of memory.")).toBe(failure);
  });

  it("is shown without the cause if that is unknown", () => {
    expect(explain(["failed"])).toBe("render-0 failed");
    expect(explain(["failed", "failed"])).toBe("render-0 and 1 more task failed");
  });

  it("quotes what Flamenco says besides, unless it is only that too many tasks failed", () => {
    const words = 'no more workers left to run tasks of type "blender"';
    expect(explain(["failed"], "out of memory", words)).toBe(`render-0 failed: out of memory. Flamenco says: ${words}`);
    expect(explain(["failed"], "out of memory", "too many tasks failed")).toBe("render-0 failed: out of memory");
    expect(explain(["completed"], undefined, words)).toBe(words);
  });

  it("counts the tasks that were canceled on the farm", () => {
    expect(explain(["canceled", "canceled", "completed"])).toBe(
      "2 tasks were canceled on the farm, and the rest of the job can't continue",
    );
  });
});

it("says that the preview movie is missing, and why if that is known", () => {
  expect(toEnglish(formatMissingMovie(undefined))).toBe("The preview movie was not made");
  expect(toEnglish(formatMissingMovie("Invalid data found."))).toBe(
    "The preview movie was not made: Invalid data found",
  );
});
