// Whom and what ACTION_LIMITS names, and whether Kitsu has them: a typing error there locks people
// out.
import { Failure } from "../format/failure.ts";
import type { DoctorContext } from "./doctor-context.ts";
import { type Finding, inSettings, listSome, risky } from "./finding.ts";

/** Each is a request. */
const EMAILS_MAX = 8;

export async function checkLimits(context: DoctorContext): Promise<Finding[]> {
  const { settings, readRoot, readProjects, readNamesakes } = context;
  const limits = [...settings.limits.values()];
  if (settings.kitsuToken === undefined || limits.length === 0 || !("version" in (await readRoot()))) return [];
  const emails = new Set(limits.flatMap(({ people = [] }) => people.filter((one) => one.includes("@"))));
  const ids = [...new Set(limits.flatMap((limit) => limit.projects ?? []))];
  const unknown = [...emails].slice(0, EMAILS_MAX).map(async (email) => {
    const found = await readNamesakes(email);
    return found instanceof Failure || found.some(({ active }) => active) ? [] : [email];
  });
  const open = ids.length > 0 ? await readProjects() : [];
  const missing = open instanceof Failure ? [] : ids.filter((id) => open.every((project) => project.id !== id));
  return [
    ...name("Kitsu has no active person with this e-mail address", (await Promise.all(unknown)).flat()),
    ...name("The bot sees no open production with this id", missing),
  ];
}

const name = (text: string, which: readonly string[]): Finding[] =>
  which.length === 0
    ? []
    : [risky("limit-unmatched", "ACTION_LIMITS", `${text}: ${listSome(which)}.`, inSettings("correct ACTION_LIMITS"))];
