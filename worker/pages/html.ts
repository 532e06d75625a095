// The only place that makes markup. Values in a template are escaped, unless they are Markup.
// Attribute values must be in double quotes.

export class Markup {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

export type Content = string | number | undefined | null | false | Markup | readonly Content[];

/** html`<p title="${title}">${text}</p>` */
export function html(literals: TemplateStringsArray, ...contents: Content[]): Markup {
  return new Markup(literals.map((literal, index) => literal + render(contents[index])).join(""));
}

function render(content: Content): string {
  if (content === undefined || content === null || content === false) return "";
  if (content instanceof Markup) return content.source;
  if (typeof content === "object") return content.map(render).join("");
  return String(content).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
