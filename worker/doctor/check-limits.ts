// The ids in ACTION_LIMITS against those in Kitsu. E-mail addresses are not compared: Kitsu does
// not list them to a bot.
import * as v from "valibot";
import { Failure } from "../format/failure.ts";
import { ZouPerson } from "../services/zou-objects.ts";
import type { DoctorContext } from "./doctor-context.ts";
import { type Finding, inSettings, listSome, risky } from "./finding.ts";

const Departments = v.array(v.object({ id: v.string() }));
const People = v.array(ZouPerson);

export async function checkLimits({ settings, readRoot, readProjects, askZou }: DoctorContext): Promise<Finding[]> {
  const limits = [...settings.limits.values()];
  const { kitsuToken } = settings;
  if (kitsuToken === undefined || limits.length === 0 || !("version" in (await readRoot()))) return [];
  const compare = async <T>(
    member: "projects" | "departments" | "people",
    read: () => Promise<T[] | Failure>,
    idsOf: (one: T) => readonly string[],
    what: string,
  ): Promise<Finding[]> => {
    const named = new Set(limits.flatMap((limit) => limit[member] ?? []).filter((name) => !name.includes("@")));
    const known = named.size === 0 ? [] : await read();
    if (known instanceof Failure) return [];
    const names = new Set(known.flatMap(idsOf));
    const missing = [...named].filter((name) => !names.has(name));
    return missing.length === 0
      ? []
      : [
          risky(
            "limit-not-in-kitsu",
            `ACTION_LIMITS.${member}`,
            `${what}: ${listSome(missing)}.`,
            inSettings(`correct ${member} in ACTION_LIMITS`),
          ),
        ];
  };
  const found = await Promise.all([
    compare("projects", readProjects, ({ id }) => [id], "The bot sees no such open production"),
    compare(
      "departments",
      () => askZou("/data/departments", Departments),
      ({ id }) => [id],
      "Kitsu has no such department",
    ),
    compare(
      "people",
      () => askZou("/data/persons", People),
      ({ id, active }) => (active ? [id] : []),
      "Kitsu has no such active person",
    ),
  ]);
  return found.flat();
}
