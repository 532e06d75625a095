import { describe, expect, it } from "vitest";
import { ENGLISH } from "../../../worker/format/reader.ts";
import { type Content, html, rich } from "../../../worker/pages/html.ts";

const write = (content: Content) => html`${content}`.write(ENGLISH);
const bold = (text: string) => html`<b>${text}</b>`;

describe("a text with elements", () => {
  it("has each element where its placeholder is", () => {
    expect(write(rich("runPage.setAccess", { variable: bold("TOKEN"), command: bold("login") }))).toBe(
      "Set <b>TOKEN</b> to the output of <b>login</b>.",
    );
    expect(write(rich("home.installManager", { managers: [bold("A"), "B", bold("C")] }))).toBe(
      "Install a userscript manager in your browser: <b>A</b>, B or <b>C</b>.",
    );
    expect(write(rich("ask.forNamedTasks", { count: 1, names: bold("SH010") }))).toBe("For 1 task: <b>SH010</b>");
  });

  it("is escaped, as are the values that are not elements", () => {
    const evil = "<script>&\ue0000\ue000";
    expect(write(rich("runPage.setAccess", { variable: evil, command: bold(evil) }))).toBe(
      `Set &lt;script&gt;&amp;0 to the output of <b>&lt;script&gt;&amp;\ue0000\ue000</b>.`,
    );
  });

  it("contains what depends on the reader", () => {
    const zone = rich("runPage.setAccess", { variable: ({ timeZone }) => timeZone, command: "x" });
    expect(html`${zone}`.write({ ...ENGLISH, timeZone: "Asia/Tokyo" })).toBe("Set Asia/Tokyo to the output of x.");
  });
});
