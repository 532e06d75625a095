/** The farms' plain web pages. */

export const text = (value: string): string =>
  value.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);

/** @param cells are markup */
export const row = (...cells: readonly string[]): string =>
  `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;

/** Reloads every two seconds; the real pages update by other means. */
export function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="2"><title>${text(title)}</title>
<style>body { background: #14161d; color: #d5d8e2; font: 14px/1.5 ui-monospace, monospace; margin: 2rem } a { color: #ffc107 }
td { padding: 0.1rem 1.5rem 0.1rem 0; vertical-align: top }</style></head><body>${body}</body></html>`;
}
