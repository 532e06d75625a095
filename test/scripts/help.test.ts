import { describe, expect, it } from "vitest";
import { compileHelp } from "../../scripts/help.ts";

const PARTS = "- Who: a TD.\n- See: the text.\n- Fix: set it.\n";
const compile = (text: string) => compileHelp(`# Help\n\n## Codes\n\n### \`log-closed\`\n\n${PARTS}\n${text}`);

describe("the compiled help", () => {
  it("names failures by their code, and other entries as GitHub does", () => {
    const { entries, literal } = compile(`### It's "not" there\n\n${PARTS}`);
    expect(entries).toMatchObject([
      { id: "log-closed", isCode: true },
      { id: "its-not-there", isCode: false },
    ]);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is written to a template
    expect(literal).toContain('<h3 id="log-closed">${title("log-closed")}</h3>');
    expect(literal).toContain('<h3 id="its-not-there">It\'s &quot;not&quot; there</h3>');
  });

  it("has no markup and no code but its own", () => {
    const code = ["`x` $", "{alert(1)} \\n"].join("");
    const { literal } = compile(`A <b>bold</b> one, \`\` ${code} \`\` & [more](#log-closed).\n`);
    const written = ["<code>\\`x\\` \\$", "{alert(1)} \\\\n</code>"].join("");
    expect(literal).toContain(`<p>A &lt;b&gt;bold&lt;/b&gt; one, ${written} &amp; <a href="#log-closed">more</a>.</p>`);
  });

  it("names other documents, which the worker does not have", () => {
    expect(compile("See [trust.md](trust.md#levels).\n").literal).toContain("See <code>docs/trust.md</code>.");
    expect(() => compile("See [trust](trust.md).\n")).toThrow("must have the file's name as its text");
  });

  it.each([
    [
      "an entry without a fix",
      "### `log-open`\n\n- Who: a TD.\n- See: it.\n",
      "log-open of docs/troubleshooting.md must",
    ],
    ["an entry that occurs twice", `### \`log-closed\`\n\n${PARTS}`, "two entries log-closed"],
    ["a picture", "![A picture](images/a.png)\n", "/help can't show a image"],
    ["a quotation", "> Ask.\n", "/help can't show a blockquote_open"],
  ])("can't be made of %s", (_, text, problem) => {
    expect(() => compile(text)).toThrow(problem);
  });
});
