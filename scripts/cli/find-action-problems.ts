// What is wrong with the declarations of a studio's actions.
import * as v from "valibot";
import type { ActionFile } from "./action-files.ts";

type Exported = Pick<ActionFile, "file"> & { action: unknown };

const Declared = v.object({ id: v.string() });

/** A sentence for each problem: what to change, and where. */
export function findActionProblems(actions: readonly Exported[]): string[] {
  const seen = new Map<string, string>();
  return actions.flatMap(({ file, action }) => {
    if (action === undefined) return [`${file} has no default export: write "export default defineAction({ … })".`];
    const declared = v.safeParse(Declared, action);
    if (!declared.success) return [`${file} does not export an action: write "export default defineAction({ … })".`];
    const { id } = declared.output;
    const name = file.replace(/^.*\/|\.ts$/g, "");
    if (id !== name)
      return [`${file} declares the id "${id}": write id: "${name}", as the file is named, or rename it.`];
    const other = seen.get(id);
    seen.set(id, file);
    return other === undefined ? [] : [`${file} has the same id as ${other}: rename one of them.`];
  });
}
