import { describe, expect, it } from "vitest";
import { ENGLISH } from "../../../worker/format/reader.ts";
import { html } from "../../../worker/pages/html.ts";
import { renderScriptTexts } from "../../../worker/pages/layout.ts";
import { ask, READER } from "../../support/worker/worker.ts";

async function readLog(query: string): Promise<string> {
  return (await ask(`/runs${query}`, { headers: { ...READER, accept: "text/html" } })).text();
}

describe("a page", () => {
  it("says in which language it is", async () => {
    expect(await readLog("?lang=fr_FR")).toContain('<html lang="fr">');
    expect(await readLog("?lang=xx")).toContain('<html lang="en">');
  });

  it("gives its script the texts that it needs, and no others", () => {
    const [, content = ""] =
      /^<meta name="kitsu-actions-texts" content="([^"]+)">$/.exec(
        html`${renderScriptTexts({ ...ENGLISH, language: "fr", locale: "fr-CA" })}`.write(ENGLISH),
      ) ?? [];
    const { reader, messages } = JSON.parse(content.replaceAll("&quot;", '"').replaceAll("&#39;", "'"));
    expect(reader).toMatchObject({ language: "fr", locale: "fr-CA" });
    expect(Object.keys(messages)).toEqual(expect.arrayContaining(["pageScript.copied", "state.counts"]));
    expect(Object.keys(messages).filter((key) => !/^(pageScript|state)\./.test(key))).toEqual([]);
  });

  it("has no scripts of its own in its source", async () => {
    const text = await readLog("");
    expect(text).toContain('<meta name="kitsu-actions-texts"');
    expect(text).not.toMatch(/<script(?! src=)/);
  });
});
