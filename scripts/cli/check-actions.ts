// Which of a studio's actions can be deployed, and what is wrong with the others.
import * as v from "valibot";
import { ACTIONS } from "../../worker/actions/index.ts";
import { SLUG } from "../../worker/format/slug.ts";
import { type ActionFile, listActionFiles } from "./action-files.ts";
import { findActionProblems } from "./find-action-problems.ts";
import { type Loaded, loadActions } from "./load-actions.ts";

export type Checked = { actions: ActionFile[]; problems: string[] };

/** @param folder the studio's repository */
export async function checkActions(folder: string, config: unknown): Promise<Checked> {
  const good: { file: string; id: string; action: unknown }[] = [];
  const problems: string[] = [];
  for (const one of await loadActions(folder, await listActionFiles(folder))) {
    const found = findProblems(one, good, config);
    problems.push(...found);
    if (found.length === 0 && "action" in one) good.push(one);
  }
  return { actions: good, problems };
}

function findProblems(one: Loaded, others: readonly { file: string; action: unknown }[], config: unknown): string[] {
  const name = findNameProblem(one, config);
  if (name !== undefined) return [name];
  return "problem" in one ? [one.problem] : findActionProblems([...others, one]);
}

/** What is wrong with the name of an action's file, which is the action's id. */
export function findNameProblem({ file, id }: ActionFile, config: unknown): string | undefined {
  if (!SLUG.test(id))
    return `${file}: name it with lowercase letters, digits and single hyphens, like make-movie. The action's URL ends with it.`;
  if (ACTIONS.some((action) => action.id === id)) return `${file}: "${id}" is a built-in action. Choose another name.`;
  if (listForwardTargets(config).includes(id))
    return `${file}: "${id}" is also a target in FORWARD_TARGETS of wrangler.toml. Choose another name for one of them.`;
  return undefined;
}

const Targets = v.record(v.string(), v.unknown());
const Vars = v.fallback(
  v.optional(v.object({ FORWARD_TARGETS: v.union([v.pipe(v.string(), v.parseJson(), Targets), Targets]) })),
  undefined,
);
const Config = v.object({ vars: Vars, env: v.optional(v.record(v.string(), v.object({ vars: Vars })), {}) });

/** Their ids, in every environment. */
function listForwardTargets(config: unknown): string[] {
  const { vars, env } = v.parse(Config, config);
  return [{ vars }, ...Object.values(env)].flatMap((one) => Object.keys(one.vars?.FORWARD_TARGETS ?? {}));
}
