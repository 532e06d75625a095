// A browser updates the userscript a day or more after the worker, so older ones read the answers
// of this version. Each fixture is what the userscript of that day reads answers with, as it was
// built then.
import { afterEach, beforeEach, expect, it } from "vitest";
import { parseResponse } from "../../../contract.ts";
import type { Action } from "../../../worker/action/action.ts";
import { debug } from "../../../worker/actions/debug.ts";
import { Failure } from "../../../worker/format/failure.ts";
import { message } from "../../../worker/format/message.ts";
import type { Reply } from "../../../worker/format/reply.ts";
import { hear as hearFirst } from "../../fixtures/userscript/contract-2026-11-23.js";
import { hear as hearWithLongRuns } from "../../fixtures/userscript/contract-2026-11-24.js";
import { hear as hearBeforeLanguages } from "../../fixtures/userscript/contract-2026-11-28.js";
import { EARLIER_STATES, listRecords } from "../../support/worker/earlier-states.ts";
import { replaceRun } from "../../support/worker/replace-run.ts";
import { newRunId } from "../../support/worker/runs.ts";
import { ajax, ask, TASK } from "../../support/worker/worker.ts";

const USERSCRIPTS = { "2026-11-23": hearFirst, "2026-11-24": hearWithLongRuns, "2026-11-28": hearBeforeLanguages };

const REPLIES: Reply[] = [
  {
    kind: "done",
    severity: "warning",
    title: message("playlist.title"),
    text: "1 of 3",
    outcomes: [{ id: TASK, label: "SH010", state: "failed", reason: "No preview yet" }],
    tables: [{ title: "Tasks", columns: ["Shot", "Days"], rows: [["SH010", 2]] }],
    charts: [{ kind: "bars", title: "Tasks", labels: ["a"], series: [{ name: "Done", values: [1] }] }],
    effects: [{ kind: "copy", label: "Copy", text: "SH010" }],
    links: [{ label: "Open", url: "https://kitsu.studio.tld/" }],
  },
  { kind: "started", title: "Rendering", progress: { done: 1, total: 3, left: 60 } },
];

let run: ReturnType<typeof replaceRun>;
const mutable: Pick<Action, "watch" | "undo"> = debug;
beforeEach(() => {
  run = replaceRun(debug);
});
afterEach(() => {
  delete mutable.watch;
  delete mutable.undo;
});

/** As a userscript sends a call: with a run id in the address, and nothing else added. */
async function call(): Promise<[number, string, string]> {
  const response = await ask(`/actions/debug?run=${newRunId()}`, ajax());
  return [response.status, response.headers.get("content-type") ?? "", await response.text()];
}

it.each(Object.entries(USERSCRIPTS))(
  "the userscript of %s reads replies, with their run and offers",
  async (_, hear) => {
    for (const reply of REPLIES) {
      run.mockImplementation(async ({ continueWith, offerUndo }) => {
        if (reply.kind === "started") continueWith(null);
        else offerUndo({ data: null, lifeS: 600 });
        return reply;
      });
      Object.assign(mutable, {
        undo: async () => reply,
        ...(reply.kind === "started" && { watch: async () => ({ reply, data: null }) }),
      });
      const [status, type, body] = await call();
      const { reply: sent, run: links } = JSON.parse(body);
      expect(sent.kind).toBe(reply.kind);
      const offers = reply.kind === "started" ? ["follow"] : ["undo", "retry"];
      expect(Object.keys(links)).toEqual(expect.arrayContaining(["id", "url", ...offers]));
      expect(hear(status, type, body)).toMatchObject({
        as: "reply",
        reply: { kind: reply.kind, title: sent.title },
        run: { url: links.url },
      });
    }
  },
);

/** Their texts were written in English when they answered, so the log has what was sent. */
const WORKERS = EARLIER_STATES.filter((state) =>
  listRecords(state).every(({ reply }) => typeof reply.title === "string"),
);

it.each(WORKERS)("today's userscript reads what the worker of $version answered, after a rollback", (state) => {
  for (const { id, at, reply } of listRecords(state)) {
    const run = { id, url: `https://edge.studio.tld/runs/${id}?at=${at}` };
    const parsed = parseResponse(200, "application/json", JSON.stringify({ version: 1, run, reply }));
    expect(parsed).toMatchObject({ kind: "reply", run, reply: { kind: reply.kind, title: reply.title } });
  }
});

it.each(Object.entries(USERSCRIPTS))("the userscript of %s reads failures, with what to do", async (_, hear) => {
  run.mockImplementation(async () => {
    throw new Failure("not-allowed", { text: "Only for supervisors.", advice: "Ask one." });
  });
  expect(hear(...(await call()))).toMatchObject({
    as: "reply",
    reply: { kind: "failed", code: "not-allowed", text: "Only for supervisors.", advice: "Ask one." },
  });
});
