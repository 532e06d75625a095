import { describe, expect, it } from "vitest";
import { helpCodes } from "../../../gen/help-codes.ts";
import { debug } from "../../../worker/actions/debug.ts";
import { FAILURE_CODES } from "../../../worker/format/failure.ts";
import { HELP_ENTRIES, PROGRAM_HELP } from "../../../worker/format/help-entry.ts";
import { message } from "../../../worker/format/message.ts";
import { replaceRun } from "../../support/worker/replace-run.ts";
import { ajax, ask, EDGE, form, readAnswer, readFailed, TASK } from "../../support/worker/worker.ts";

const readHelp = async (headers: Record<string, string> = {}) => (await ask("/help", { headers })).text();

describe("the help page", () => {
  it("has an entry for each failure code, and no other", async () => {
    const ids = [...(await readHelp()).matchAll(/<h3 id="([^"]+)"><span/g)].map(([, id]) => id);
    expect(ids.toSorted()).toEqual(FAILURE_CODES.toSorted());
  });

  it("leads nowhere but to its own entries", async () => {
    const page = await readHelp();
    const targets = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(targets.length).toBeGreaterThan(0);
    for (const id of targets) expect(page, `There is no entry ${id}`).toContain(`<h3 id="${id}"`);
  });

  it("names failures as their reader saw them, and says that the rest is in English", async () => {
    const page = await readHelp({ "accept-language": "fr" });
    expect(page).toContain('<html lang="fr">');
    expect(page).toContain("<h1>Résolution des problèmes</h1>");
    expect(page).toContain('<div class="entries" lang="en" dir="ltr">');
    expect(page).toContain(
      '<h3 id="kitsu-busy"><span lang="fr" dir="auto">Kitsu est surchargé</span> <code>kitsu-busy</code></h3>',
    );
  });

  it("needs no permission, and is not sent twice", async () => {
    const first = await ask("/help");
    expect([first.status, first.headers.get("cache-control")]).toEqual([200, "private, no-cache"]);
    const etag = first.headers.get("etag") ?? "";
    const again = await ask("/help", { headers: { "if-none-match": etag } });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    const inFrench = await ask("/help", { headers: { "if-none-match": etag, "accept-language": "fr" } });
    expect(inFrench.status).toBe(200);
  });
});

describe("a failure that a TD must fix", () => {
  const link = { label: "How to fix it", url: `${EDGE}/help#unknown-action` };

  it("links to its entry", async () => {
    expect(helpCodes).toContain("unknown-action");
    const reply = await readFailed(await ask("/actions/publish", ajax()));
    expect(reply.links).toEqual([link]);
  });

  it("links to its entry on a page, in the reader's language", async () => {
    const page = await (await ask("/actions/publish", form(undefined, { "accept-language": "de" }))).text();
    expect(page).toContain(`<a href="${link.url}" rel="noreferrer">So lässt es sich beheben</a>`);
  });

  it("links to its entry below the path of the worker, also if no setting can be read", async () => {
    const settings = { BASE_PATH: "/edge", TRUST: "nobody" };
    const reply = await readFailed(await ask("/edge/actions/debug", ajax(), settings));
    expect(reply.links).toMatchObject([{ url: `${EDGE}/edge/help#not-configured` }]);
  });
});

describe("a text that a TD must do something about", () => {
  it.each(Object.values(HELP_ENTRIES))("has its entry: %s", async (id) => {
    expect(await readHelp()).toContain(`<h3 id="${id}"`);
  });

  it("links to its entry, also if it is the reason of one task", async () => {
    const reason = message("afanasy.refusedByRelay", { error: "maya" });
    const outcome = { id: TASK, label: "SH010", state: "failed" as const, reason };
    replaceRun(debug).mockResolvedValue({ kind: "done", severity: "warning", title: "Sent", outcomes: [outcome] });
    const { reply } = await readAnswer(await ask("/actions/debug", ajax()));
    expect(reply.links).toEqual([{ label: "How to fix it", url: `${EDGE}/help#farm-refused` }]);
  });

  it("leads there from the sign-in to the log, and from the home page on plain http", async () => {
    const http = EDGE.replace("https", "http");
    for (const [address, id] of [
      ["/edge/runs", "sign-in-required"],
      [`${http}/edge/`, "links-lead-to-127001-or-to-http"],
    ] as const) {
      const page = await ask(address, { headers: { accept: "text/html" } }, { BASE_PATH: "/edge" });
      expect(await page.text()).toContain(`<a href="/edge/help#${id}">Troubleshooting</a>`);
      expect(await readHelp()).toContain(`<h3 id="${id}"`);
    }
  });

  it("leads there from a program that does not open", async () => {
    expect(await readHelp()).toContain(`<h3 id="${PROGRAM_HELP.replace("/help#", "")}"`);
  });
});

it("a failure that its reader can fix has no link", async () => {
  const reply = await readFailed(await ask("/nowhere"));
  expect(reply.links).toBeUndefined();
});
