/** What scripts/help.ts uses of markdown-it, which has no types of its own. */
declare module "markdown-it" {
  export type Token = {
    type: string;
    tag: string;
    content: string;
    nesting: -1 | 0 | 1;
    hidden: boolean;
    map: [first: number, after: number] | null;
    children: Token[] | null;
    attrGet(name: string): string | null;
  };
  export default class MarkdownIt {
    constructor(preset: "commonmark", options: { html: boolean });
    parse(source: string, environment: object): Token[];
  }
}
