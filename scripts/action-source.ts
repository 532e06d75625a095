// The file of a new action, to begin with.
import { toTitle } from "./action-id.ts";

/**
 * @param importFrom the module that exports defineAction
 * @param exported how the file exports the action: "export default"
 */
export const actionSource = (id: string, importFrom: string, exported: string) =>
  `// What the action is for, and the quirks of the system it talks to.
import { defineAction } from "${importFrom}";

${exported} defineAction({
  id: "${id}",
  title: "${toTitle(id)}",
  // Any text may be in several languages: { en: "Counts the selected tasks.", fr: "…" }
  about: "Counts the selected tasks.",
  modes: ["form", "ajax"],
  async run({ call }) {
    return { kind: "done", severity: "success", title: \`\${call.selection.length} tasks\` };
  },
});
`;
