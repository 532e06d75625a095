// Whom and what ACTION_LIMITS names, and whether Kitsu has them: a typing error there locks people
// out.
import * as v from "valibot";
import { Failure } from "../format/failure.ts";
import { ZouPerson } from "../services/zou-objects.ts";
import type { DoctorContext } from "./doctor-context.ts";
import { type Finding, inSettings, listSome, risky } from "./finding.ts";

const Departments = v.array(v.object({ id: v.string() }));
const People = v.array(ZouPerson);

/** Kitsu lists people to a bot without their addresses, so each address is a request. */
const ADDRESSES_MAX = 4;

export async function checkLimits(context: DoctorContext): Promise<Finding[]> {
  const { settings, readRoot, readProjects, askZou } = context;
  const limits = [...settings.limits.values()];
  const { kitsuToken } = settings;
  if (kitsuToken === undefined || limits.length === 0 || !("version" in (await readRoot()))) return [];
  const compare = async <T>(
    member: "projects" | "departments" | "people",
    read: () => Promise<T[] | Failure>,
    idsOf: (one: T) => readonly string[],
    what: string,
  ): Promise<Finding[]> => {
    const named = new Set(limits.flatMap((limit) => limit[member] ?? []).filter((name) => !isAddress(name)));
    const known = named.size === 0 ? [] : await read();
    if (known instanceof Failure) return [];
    const names = new Set(known.flatMap(idsOf));
    return nameMissing(
      member,
      what,
      [...named].filter((name) => !names.has(name)),
    );
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
    findUnknownAddresses(context, new Set(limits.flatMap(({ people = [] }) => people.filter(isAddress)))),
  ]);
  return found.flat();
}

const isAddress = (name: string) => name.includes("@");

async function findUnknownAddresses(
  { readNamesakes }: DoctorContext,
  addresses: ReadonlySet<string>,
): Promise<Finding[]> {
  const unknown = [...addresses].slice(0, ADDRESSES_MAX).map(async (address) => {
    const found = await readNamesakes(address);
    return found instanceof Failure || found.some(({ active }) => active) ? [] : [address];
  });
  return nameMissing("people", "Kitsu has no active person with this address", (await Promise.all(unknown)).flat());
}

const nameMissing = (member: string, what: string, missing: readonly string[]): Finding[] =>
  missing.length === 0
    ? []
    : [
        risky(
          "limit-not-in-kitsu",
          `ACTION_LIMITS.${member}`,
          `${what}: ${listSome(missing)}.`,
          inSettings(`correct ${member} in ACTION_LIMITS`),
        ),
      ];
