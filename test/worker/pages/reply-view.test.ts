import { describe, expect, it } from "vitest";
import type { Reply } from "../../../contract.ts";
import { message } from "../../../worker/format/message.ts";
import { ENGLISH } from "../../../worker/format/reader.ts";
import { html } from "../../../worker/pages/html.ts";
import { renderReply, renderTable } from "../../../worker/pages/reply-view.ts";

const GERMAN = { ...ENGLISH, locale: "de", timeZone: "Europe/Berlin", isOwnZone: true };
const DONE: Reply = { kind: "done", severity: "info", title: "Opening" };

describe("a table", () => {
  it("shows numbers as the reader writes them, and has them as data", () => {
    const table = { columns: ["Shot", "Frames"], rows: [["SH010", 1_234.5]] };
    expect(html`${renderTable(table)}`.write(GERMAN)).toContain('<td class="number" data-value="1234.5">1.234,5');
    expect(html`${renderTable(table)}`.write(ENGLISH)).toContain('<td class="number" data-value="1234.5">1,234.5');
  });

  it("without a title is named by its columns, which may be texts", () => {
    const drawn = html`${renderTable({ columns: [message("runPage.header"), "Value"], rows: [] })}`.write(ENGLISH);
    expect(drawn).toContain('aria-label="Header and Value"');
    expect(drawn).toContain('<th scope="col">Header');
  });
});

describe("a launch", () => {
  it("asks for the state of its ticket in the reader's language", () => {
    const ticket = { url: "https://edge.studio.tld/t/1/state", until: 1 };
    const effects = [{ kind: "launch" as const, app: "RV", ways: [{ url: "https://x.tld/open" }], ticket }];
    expect(html`${renderReply({ ...DONE, effects })}`.write(GERMAN)).toContain(
      'data-ticket="https://edge.studio.tld/t/1/state?lang=de&amp;tz=Europe%2FBerlin"',
    );
  });
});
