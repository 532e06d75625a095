// A studio's worker: its own actions beside ours.
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { setStudioActions } from "../../worker/actions/index.ts";
import { createWorker, defineAction, Failure } from "../../worker/index.ts";
import { ajax, arrive, makeEnv, readAnswer, readFailed } from "../support/worker/worker.ts";

afterEach(() => setStudioActions([]));

const hello = defineAction({
  id: "hello",
  title: "Say hello",
  about: "Greets.",
  modes: ["ajax"],
  async run({ call, settings }) {
    if (settings.env.DISK === "full")
      throw new Failure("disk-full", { title: "The disk is full", advice: "Ask IT for room." });
    return { kind: "done", severity: "success", title: `Hello, ${call.selection.length} tasks` };
  },
});

const copy = defineAction({
  id: "copy",
  title: "Copy",
  about: "Copies for a while.",
  modes: ["ajax"],
  async run({ continueWith }) {
    continueWith({ files: 3 });
    return { kind: "started", title: "Copying" };
  },
  watch: async () => ({ data: {}, reply: { kind: "done", severity: "success", title: "Copied" } }),
});

async function call(actions: Parameters<typeof createWorker>[0]["actions"], path: string, variables = {}) {
  const ctx = createExecutionContext();
  const init = path.startsWith("/actions/") ? ajax() : { headers: { accept: "application/json" } };
  const response = await createWorker({ actions }).fetch(arrive(path, init), makeEnv(variables), ctx);
  await waitOnExecutionContext(ctx);
  return response;
}

describe("createWorker", () => {
  it("runs a studio's own action, and the built-in ones", async () => {
    const { reply } = await readAnswer(await call([hello], "/actions/hello"));
    expect(reply).toMatchObject({ kind: "done", title: "Hello, 2 tasks" });
    const debug = await readAnswer(await call([hello], "/actions/debug"));
    expect(debug.reply.kind).toBe("done");
  });

  it("lists it in the catalogue", async () => {
    const response = await call([hello], "/actions");
    expect(await response.json()).toMatchObject({
      actions: expect.arrayContaining([expect.objectContaining({ id: "hello", title: "Say hello" })]),
    });
  });

  it("passes it the settings of wrangler.toml, and its own failure codes on", async () => {
    const response = await call([hello], "/actions/hello", { DISK: "full" });
    expect(response.status).toBe(422);
    expect(await readFailed(response)).toMatchObject({ code: "disk-full", title: "The disk is full" });
  });

  it("follows its long run", async () => {
    const { run, reply } = await readAnswer(await call([copy], "/actions/copy"));
    expect(reply.kind).toBe("started");
    await vi.waitFor(async () => {
      const { pathname, search } = new URL(run?.follow?.url ?? "");
      const answer = await readAnswer(await call([copy], pathname + search));
      expect(answer.reply).toMatchObject({ kind: "done", title: "Copied" });
    });
  });

  it("doesn't start with an action that can't be used", () => {
    expect(() => createWorker({ actions: [{ ...hello, title: "" }] })).toThrow(
      'Action 1 of createWorker: "title" is missing. Write title: "Make a movie", for example.',
    );
    expect(() => createWorker({ actions: [{ ...hello, id: "debug" }] })).toThrow(
      '"debug" is the id of a built-in action.',
    );
  });
});
