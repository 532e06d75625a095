// Which of a studio's actions can be deployed, and what is wrong with the others.
import * as v from "valibot";
import { findStudioProblems } from "../../worker/actions/index.ts";
import { type ActionFile, listActionFiles } from "./action-files.ts";
import { loadActions } from "./load-actions.ts";

export type Checked = { actions: ActionFile[]; problems: string[] };

/** @param folder the studio's repository */
export async function checkActions(folder: string, config: unknown): Promise<Checked> {
  const actions: (ActionFile & { action: unknown })[] = [];
  const problems: string[] = [];
  for (const loaded of await loadActions(folder, await listActionFiles(folder))) {
    // With the good ones before it, because two can't have the same id.
    const found =
      "problem" in loaded
        ? [loaded.problem]
        : [...findStudioProblems([...actions, loaded]), ...findTargetProblems(loaded, config)];
    problems.push(...found);
    if (found.length === 0 && "action" in loaded) actions.push(loaded);
  }
  return { actions, problems };
}

const Targets = v.record(v.string(), v.unknown());
const Vars = v.fallback(
  v.optional(v.object({ FORWARD_TARGETS: v.union([v.pipe(v.string(), v.parseJson(), Targets), Targets]) })),
  undefined,
);
const Config = v.object({ vars: Vars, env: v.optional(v.record(v.string(), v.object({ vars: Vars })), {}) });

/** A target in FORWARD_TARGETS is an action, too. */
export function findTargetProblems({ file, id }: ActionFile, config: unknown): string[] {
  const { vars, env } = v.parse(Config, config);
  return Object.entries({ "": { vars }, ...env }).flatMap(([name, environment]) =>
    id in (environment.vars?.FORWARD_TARGETS ?? {})
      ? [
          `${file}: "${id}" is also a target in [${name && `env.${name}.`}vars.FORWARD_TARGETS] of wrangler.toml. Choose another name for one of them.`,
        ]
      : [],
  );
}
