// The paths of a job for Flamenco: what it reads, and where it writes to.

import { refuseFarmName } from "../../launch/path-safety.ts";
import { isUnc, isWindows, joinPath, locate, refusePath, unifySlashes } from "../../launch/paths.ts";
import { fillTemplate, type Template } from "../../launch/template.ts";
import type { TaskFacts } from "../../launch/template-variables.ts";
import type { RecordedFile } from "../../services/files.ts";
import type { JobTypeInfo } from "../../services/flamenco-objects.ts";
import { type Flamenco, findPath } from "../../settings/flamenco-settings.ts";
import type { FlamencoOrder } from "./flamenco-farm.ts";
import type { Terms } from "./flamenco-terms.ts";

type Text = { text: string } | { problem: string };

/** What was typed, else what is recorded, else what the template makes. */
export function findBlend(facts: TaskFacts, recorded: readonly RecordedFile[], terms: Terms): Text {
  const { flamenco, blend, roots } = terms;
  if (blend !== undefined) return checkPath(blend, "The blend file");
  if (flamenco.recorded && recorded.length > 0) {
    const { paths, problem } = locate(
      facts,
      recorded,
      { file: "working", extensions: ["blend"] },
      { paths: [], roots },
    );
    const path = flamenco.platform === "manager" ? (paths.linux ?? paths.windows) : paths[flamenco.platform];
    if (path !== undefined) return checkPath(path, "The working file in Kitsu");
    if (problem !== undefined) return { problem };
  }
  return fillPath(
    findPath(flamenco.blend, facts.taskType),
    facts,
    "No blend file: none is recorded in Kitsu, and FLAMENCO.blend has no path",
    "The blend file",
  );
}

export function findOutput(facts: TaskFacts, { flamenco, output }: Terms): Text {
  if (output !== undefined) return checkPath(output, "The output folder");
  return fillPath(
    findPath(flamenco.output, facts.taskType),
    facts,
    "FLAMENCO.output has no folder",
    "The output folder",
  );
}

function fillPath(template: Template | undefined, facts: TaskFacts, lack: string, what: string): Text {
  if (template === undefined) return { problem: `${lack} for ${facts.taskType || "this type of task"}` };
  const filled = fillTemplate(template, facts.values, refuseFarmName);
  return "problem" in filled ? { problem: filled.problem } : checkPath(filled.text, what);
}

function checkPath(path: string, what: string): Text {
  const [character] = /['"`$#{};\n]/.exec(path) ?? [];
  const problem =
    refusePath(path) ??
    (character === undefined
      ? undefined
      : `has ${character}, which no path on the farm may have: "${path.slice(0, 120)}"`);
  return problem === undefined ? { text: slash(path) } : { problem: `${what} ${problem}` };
}

/**
 * Older managers find the value P:/prod of a two-way variable in P:/prod/x alone, and any finds P:\prod in it. Blender takes "//" for the folder of
 * the file, so a server's name keeps its backslashes.
 */
const slash = (path: string) => (isWindows(path) && !isUnc(path) ? path.replaceAll("\\", "/") : unifySlashes(path));

/** As Flamenco's add-on for Blender makes it. The time in it keeps a later render from finding its frames there, which it would not overwrite. */
export function makeOutputPath(
  root: string,
  blend: string,
  name: string,
  { add_path_components: count }: Flamenco,
): string {
  const folders = blend.split(/[\\/]/).slice(1, -1);
  return joinPath(root, [...(count > 0 ? folders.slice(-count) : []), name, "{timestamp}", "######"]);
}

/** What is read, whatever is in its name. */
const READ = /(^|_)(in|input|source|src|from|root)(_|$)/i;

const BELOW = /^[\\/]/;

/** Where a job of a studio's own type writes to: what of its settings is below the output folder, where that is one. */
export function findTarget(
  settings: FlamencoOrder["settings"],
  { settings: wanted }: JobTypeInfo,
  root: string,
): string | undefined {
  if (typeof settings.render_output_path === "string" && settings.render_output_path !== "")
    return settings.render_output_path;
  const base = root.replace(/[\\/]+$/, "");
  const below = wanted.flatMap(({ key }) => {
    const value = settings[key];
    return !READ.test(key) &&
      typeof value === "string" &&
      (value === base || (BELOW.test(value.slice(base.length)) && value.startsWith(base)))
      ? [value]
      : [];
  });
  const [target, another] = new Set(below);
  return another === undefined ? target : undefined;
}
