/** The productions: a short film, a TV show with two episodes, and a film with many shots. */
import {
  ADA,
  BOT,
  BRUNO,
  CHIARA,
  DJIBRIL,
  departmentId,
  EIKO,
  FRIDA,
  GRETA,
  INES,
  JO,
  NOOR,
  type Person,
  type Role,
} from "./data-people.ts";
import { idOf } from "./ids.ts";

export type Project = {
  id: string;
  name: string;
  production_type: "short" | "tvshow" | "featurefilm";
  color: string;
  fps: string;
  /** how often a task may be sent back; 0 for no limit */
  maxRetakes: number;
  /** the ids of the people in it */
  team: readonly string[];
  /** the roles that differ in this production, by person id */
  roles: Readonly<Record<string, Role>>;
};

export type Episode = { id: string; name: string; projectId: string };

/** A column of the studio's own. */
export type Descriptor = {
  id: string;
  name: string;
  field_name: string;
  data_type: "string" | "list" | "number";
  choices: readonly string[];
  for_client: boolean;
  entity_type: "Shot" | "Asset";
  /** the departments whose vendors see it; all vendors if empty */
  departments: readonly string[];
};

type About = Pick<Project, "production_type" | "color" | "fps" | "maxRetakes" | "roles"> & {
  people: readonly Person[];
};

function project(name: string, { people, ...about }: About): Project {
  return { id: idOf(`project/${name}`), name, ...about, team: people.map(({ id }) => id) };
}

export const PAPER_LANTERN = project("Paper Lantern", {
  production_type: "short",
  color: "#b3541e",
  fps: "24",
  maxRetakes: 3,
  people: [ADA, BRUNO, CHIARA, DJIBRIL, EIKO, FRIDA, GRETA, INES, NOOR, BOT],
  roles: {},
});
/** Eiko, an artist, is a supervisor here. The other production's supervisor is not in the team. */
export const NIGHT_TRAM = project("Night Tram", {
  production_type: "tvshow",
  color: "#2b6cb0",
  fps: "25",
  maxRetakes: 0,
  people: [ADA, BRUNO, EIKO, FRIDA, JO, NOOR, BOT],
  roles: { [EIKO.id]: "supervisor" },
});
/** 300 shots with one task each. */
export const CARNIVAL = project("Carnival", {
  production_type: "featurefilm",
  color: "#5f3dc4",
  fps: "24",
  maxRetakes: 0,
  people: [ADA, BRUNO, EIKO, FRIDA, GRETA, JO, BOT],
  roles: {},
});
export const PROJECTS: readonly Project[] = [PAPER_LANTERN, NIGHT_TRAM, CARNIVAL];

export const EPISODES: readonly Episode[] = ["E01", "E02"].map((name) => ({
  id: idOf(`episode/${name}`),
  name,
  projectId: NIGHT_TRAM.id,
}));

export function descriptorsOf({ id }: Project): Descriptor[] {
  const base = { choices: [], for_client: false, departments: [] };
  const columns: Omit<Descriptor, "id">[] = [
    {
      ...base,
      name: "Note",
      field_name: "note",
      data_type: "string",
      entity_type: "Shot",
      departments: [departmentId("Animation")],
    },
    {
      ...base,
      name: "Difficulty",
      field_name: "difficulty",
      data_type: "list",
      choices: ["easy", "hard"],
      for_client: true,
      entity_type: "Shot",
    },
    { ...base, name: "Poly count", field_name: "poly_count", data_type: "number", entity_type: "Asset" },
  ];
  return columns.map((column) => ({ id: idOf(`descriptor/${id}/${column.field_name}`), ...column }));
}

export function findProject(id: string): Project | undefined {
  return PROJECTS.find((project) => project.id === id);
}

export function episodesOf(project: Project): readonly Episode[] {
  return EPISODES.filter(({ projectId }) => projectId === project.id);
}
