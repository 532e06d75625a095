// What is wrong with the actions that a studio wrote, in sentences that say what to change. An
// editor says most of it, too, but a build does not check types.
import * as v from "valibot";
import { ENTITY_TYPES } from "../../contract.ts";
import { SLUG } from "../format/slug.ts";
import { ROLES } from "../services/zou-objects.ts";
import { TRUSTS } from "../settings/trust.ts";

/** An action and, if it is known, the file that exports it: "actions/make-movie.ts". */
export type WrittenAction = { file?: string | undefined; action: unknown };

/** One text, or one per language. */
function words(name: string, example: string, maxChars: number) {
  const missing = `"${name}" is missing. Write ${name}: "${example}", for example.`;
  const perLanguage = `"${name}" must be one text, or texts per language with at least English: { en: "${example}" }.`;
  const text = v.pipe(
    v.string(({ input }) => (input === undefined ? missing : perLanguage)),
    v.check((value) => value.trim() !== "", missing),
    v.maxLength(maxChars, ({ received }) => `"${name}" has ${received} characters. At most ${maxChars} are possible.`),
  );
  const texts = v.objectWithRest({ en: text }, text, perLanguage);
  return v.lazy((value): v.GenericSchema => (typeof value === "object" && value !== null ? texts : text));
}

const picks = (name: string, values: readonly string[]) =>
  v.optional(
    v.array(
      v.picklist(values, ({ received }) => `"${name}" has ${received}. Possible are ${values.join(", ")}.`),
      `"${name}" must be a list: ["${values[0]}"].`,
    ),
  );

const modes = 'must be ["form"], ["ajax"] or both: how Kitsu offers the action.';

/** A schema reports an absent member in its own words, not as a missing key of valibot's. */
const NOTHING = { id: undefined, title: undefined, about: undefined, modes: undefined, prepare: undefined };

const Declaration = v.pipe(
  v.object({
    id: v.pipe(
      v.string('"id" is missing. It is the name of the file, without ".ts".'),
      v.regex(
        SLUG,
        ({ received }) =>
          `the id ${received} must consist of lowercase letters, digits and single hyphens, and begin with a letter: "make-movie".`,
      ),
    ),
    title: words("title", "Make a movie", 80),
    about: words("about", "Joins the newest previews of the selected tasks.", 1_000),
    modes: v.pipe(
      v.array(v.picklist(["form", "ajax"], `"modes" ${modes}`), `"modes" ${modes}`),
      v.nonEmpty(`"modes" ${modes}`),
    ),
    entityTypes: picks("entityTypes", ENTITY_TYPES),
    roles: picks("roles", ROLES),
    trust: v.optional(v.picklist(TRUSTS, `"trust" must be one of ${TRUSTS.join(", ")}.`)),
    maxTasks: v.optional(
      v.pipe(v.number('"maxTasks" must be a number.'), v.minValue(1, '"maxTasks" must be 1 or more.')),
    ),
    prepare: v.function('it has no "run". Make the action with defineAction({ … }).'),
    watch: v.optional(v.function('"watch" must be a function.')),
    control: v.optional(v.function('"control" must be a function.')),
  }),
  v.check(
    ({ watch, control }) => control === undefined || watch !== undefined,
    '"control" needs "watch": only a run that continues can be canceled or paused.',
  ),
);

/**
 * Each problem is one sentence or two that begin with the file. None if all actions can be used.
 * @param taken the ids of the built-in actions
 */
export function findActionProblems(written: readonly WrittenAction[], taken: readonly string[]): string[] {
  const files = new Map<string, string>();
  return written.flatMap(({ file, action }, index) => {
    const name = file ?? `Action ${index + 1} of createWorker`;
    if (typeof action !== "object" || action === null || "then" in action)
      return [`${name}: its default export must be an action. Write "export default defineAction({ … });".`];
    const parsed = v.safeParse(Declaration, { ...NOTHING, ...action });
    if (!parsed.success) return [...new Set(parsed.issues.map(({ message }) => `${name}: ${message}`))];
    const { id } = parsed.output;
    const place = file ?? `${name} ("${id}")`;
    const problem = findIdProblem(id, { file, taken, earlier: files.get(id) });
    files.set(id, place);
    return problem === undefined ? [] : [`${place}: ${problem}`];
  });
}

type Known = { file: string | undefined; taken: readonly string[]; earlier: string | undefined };

function findIdProblem(id: string, { file, taken, earlier }: Known): string | undefined {
  const fileId = file === undefined ? id : /([^/]*)\.ts$/.exec(file)?.[1];
  if (taken.includes(id))
    return `"${id}" is the id of a built-in action. Choose another id, and name the file after it.`;
  if (earlier !== undefined) return `the id "${id}" is also that of ${earlier}. Choose another one.`;
  if (fileId !== id) return `its id is "${id}". Write id: "${fileId}", or rename the file to ${id}.ts.`;
  return undefined;
}
