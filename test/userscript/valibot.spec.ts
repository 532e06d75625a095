/** The stand-in for valibot must read every answer as valibot does. Compared in one process, without a browser. */
import { expect, test } from "@playwright/test";
import { build } from "esbuild";
import { answer, ask, done, FIELDS, FRAMES, OUTCOMES, RUN } from "../support/browser/replies.ts";

const CONTRACT = new URL("../../contract.ts", import.meta.url).pathname;
const STAND_IN = new URL("../../userscript/valibot.ts", import.meta.url).pathname;

async function importContract(alias: Record<string, string>): Promise<typeof import("../../contract.ts")> {
  const { outputFiles } = await build({ entryPoints: [CONTRACT], bundle: true, write: false, format: "esm", alias });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0]?.text ?? "")}`);
}

const BODIES: unknown[] = [
  done("Full", {
    text: "x",
    outcomes: OUTCOMES,
    tables: [FRAMES],
    document: "<p>",
    links: [{ label: "a", url: "https://a.tld" }],
  }),
  done("Effects", {
    effects: [
      { kind: "open", url: "rvlink://x" },
      { kind: "copy", text: "t", label: "l" },
      { kind: "download", url: "https://a.tld", name: "n" },
    ],
  }),
  answer({ kind: "failed", code: "c", title: "t", advice: "a", retry: true, outcomes: OUTCOMES.slice(0, 1) }, RUN),
  answer({ kind: "started", title: "t", progress: { done: 1, total: 2, text: "x" } }),
  ask("t", FIELDS, { form: "f", plan: "p", problem: "x", dangerous: true, outcomes: OUTCOMES }),
  { reply: { kind: "ask", title: "Only a yes" } },
  { reply: { kind: "ask", title: "t", submit: 1 } },
  {
    reply: {
      kind: "ask",
      title: "Fields from the future",
      fields: [
        { name: "a", label: "a", type: "t", value: [1] },
        {
          name: "a",
          label: "a",
          type: "t",
          value: ["x"],
          min: "1",
          max: 2,
          options: [1, { value: "v", label: "l", more: 1 }],
        },
        { name: "a", label: "a", type: "t", options: {} },
      ],
    },
  },
  {
    reply: {
      kind: "done",
      title: "Effects in Kitsu",
      effects: [
        { kind: "go", path: "/productions" },
        { kind: "go", path: "//evil.tld" },
        { kind: "refresh", tasks: ["a"] },
        { kind: "refresh", tasks: [1] },
        {
          kind: "launch",
          app: "Nuke",
          ways: [{ url: "nuke://x", command: "nuke" }, {}],
          ticket: { url: "u", until: 1 },
          help: "h",
        },
        { kind: "launch", app: "Nuke", ways: [{}] },
        { kind: "launch", app: "Nuke", ways: [{ url: "u" }], ticket: { url: "u" } },
      ],
    },
  },
  answer({ kind: "failed", code: "c", title: "t" }, RUN, { retry: "r", undo: { url: "u", until: 1, label: "l" } }),
  { reply: { kind: "done", title: "t" }, run: { id: RUN, url: "u", undo: { url: "u" } } },
  { reply: { kind: "done", title: "No severity" } },
  { reply: { kind: "done", severity: "purple", title: "A severity from the future" } },
  {
    reply: {
      kind: "done",
      title: "Entries from the future",
      effects: [{ kind: "sing" }, { kind: "copy", text: "t" }],
      links: [1, {}],
    },
  },
  { reply: { kind: "done", title: 1 } },
  {
    reply: {
      kind: "done",
      title: "t",
      text: null,
      links: null,
      tables: [{ columns: ["a"], rows: [[null, 1, "x"], [{}]] }],
    },
  },
  {
    reply: {
      kind: "done",
      title: "Charts",
      charts: [
        {
          title: "c",
          kind: "stack",
          unit: "u",
          labels: ["a", "b"],
          series: [{ name: "n", color: "#fff", values: [1, null] }],
        },
        { title: "c", kind: "pie", labels: [], series: [] },
        { title: "c", kind: "bars", labels: ["a"], series: [{ name: "n", values: ["1"] }] },
        { title: "c", kind: "line", labels: [], series: [], more: 1 },
        null,
      ],
    },
  },
  { reply: "text", title: "Not a reply" },
  { reply: null, title: "No reply" },
  { reply: [{ kind: "done", title: "t" }] },
  { reply: { kind: "done" }, title: "A reply that lacks its title" },
  { reply: { kind: "hologram", title: "Newer" }, run: { id: "short", url: "x" } },
  { reply: { kind: "done", title: "t" }, run: { id: RUN, url: "https://a.tld", more: 1 } },
  { reply: {} },
  { kind: "done", severity: "info", title: "Without the envelope" },
  { title: "Problem", detail: "d", status: 409 },
  { message: "m", success: false },
  { message: ["not words"], error: "e" },
  [],
  [{ title: "t" }],
  3,
  "text",
  null,
];

test("the stand-in for valibot reads every answer as valibot does", async () => {
  const [real, standIn] = await Promise.all([importContract({}), importContract({ valibot: STAND_IN })]);
  for (const body of BODIES) {
    const text = JSON.stringify(body);
    for (const status of [200, 500]) {
      expect(standIn.parseResponse(status, "application/json", text), text).toEqual(
        real.parseResponse(status, "application/json", text),
      );
    }
  }
  expect(real.parseResponse(200, "application/json", JSON.stringify(BODIES[0])).kind).toBe("reply");
});
