/** Everything that has tasks: shots, assets, sequences, episodes, edits and concepts. */
import { CARNIVAL, EPISODES, type Episode, NIGHT_TRAM, PAPER_LANTERN } from "./data-projects.ts";
import { idOf, pickOf } from "./ids.ts";

export type EntityKind = "Shot" | "Asset" | "Sequence" | "Episode" | "Edit" | "Concept";

/** The frame range and a studio's own columns, with odd values as in real studios. */
export type EntityData = Readonly<Record<string, string | number | null>> | null;

export type Entity = {
  id: string;
  name: string;
  kind: EntityKind;
  /** the sequence of a shot, the asset type of an asset, otherwise empty */
  group: string;
  groupId: string;
  projectId: string;
  /** set for a TV show's shots, sequences and edits, and for assets of one episode */
  episode: Episode | undefined;
  frames: number | null;
  data: EntityData;
  canceled: boolean;
};

export type AssetType = { id: string; name: string };

/** A name that breaks any page that pastes names into markup, CSV or a shell. */
const HOSTILE_NAME = `<script>alert("Zoë & 'Max'")</script> 🏮`;
const QUOTED_NAME = `SH "0030" 'b' & co`;

export const ASSET_TYPES: readonly AssetType[] = ["Characters", "Environment", "Props", "Vehicles"].map((name) => ({
  id: idOf(`asset-type/${name}`),
  name,
}));

type Place = { projectId: string; episode?: Episode | undefined };

/** The path is a stable key for an entity: two episodes may have sequences of the same name. */
const pathOf = ({ projectId, episode }: Place, ...names: readonly string[]): string =>
  [projectId, ...(episode ? [episode.name] : []), ...names].join("/");

const whole = (kind: EntityKind, id: string, name: string, { projectId, episode }: Place): Entity => ({
  id,
  name,
  kind,
  group: "",
  groupId: "",
  projectId,
  episode,
  frames: null,
  data: {},
  canceled: false,
});

const sequenceIn = (place: Place, name: string): Entity =>
  whole("Sequence", idOf(`sequence/${pathOf(place, name)}`), name, place);
const editIn = (place: Place, name: string): Entity => whole("Edit", idOf(`edit/${pathOf(place, name)}`), name, place);
const conceptIn = (place: Place, name: string): Entity =>
  whole("Concept", idOf(`concept/${pathOf(place, name)}`), name, place);

function shots(place: Place, sequence: string, count: number): Entity[] {
  return Array.from({ length: count }, (_, index) => {
    const number = `SH${String((index + 1) * 10).padStart(4, "0")}`;
    const name = place.episode?.name === "E02" && sequence === "SQ001" && index === 2 ? QUOTED_NAME : number;
    const path = pathOf(place, sequence, name);
    const frames = 48 + pickOf(path, 120);
    return {
      id: idOf(path),
      name,
      kind: "Shot",
      group: sequence,
      groupId: sequenceIn(place, sequence).id,
      projectId: place.projectId,
      episode: place.episode,
      // Not timed yet.
      frames: place.episode && index === 6 ? null : frames,
      data: shotData(index, frames),
      canceled: place.projectId === PAPER_LANTERN.id && sequence === "SQ030" && name === "SH0040",
    };
  });
}

/** In turn: numbers, numeric text, empty text and null, nothing, a word for a number, no data. */
function shotData(index: number, frames: number): EntityData {
  const turns: readonly EntityData[] = [
    { frame_in: 1001, frame_out: 1000 + frames, difficulty: "easy" },
    { frame_in: "101", frame_out: String(100 + frames), fps: "24.000", difficulty: "hard" },
    {
      frame_in: 1001,
      frame_out: 1000 + frames,
      note: `<b>bold</b> & "quoted"`,
      resolution: "2048x858",
      max_retakes: 3,
    },
    { frame_in: "", frame_out: null, difficulty: "" },
    {},
    { frame_in: 1, frame_out: frames, note: "ملاحظة 🌙", max_retakes: "as needed" },
    null,
    { frame_in: "n/a", frame_out: "?" },
  ];
  return turns[index % turns.length] ?? null;
}

function assets(place: Place, type: string, names: readonly string[]): Entity[] {
  const groupId = ASSET_TYPES.find(({ name }) => name === type)?.id ?? "";
  return names.map((name, index) => {
    // The path of an asset leaves out its episode, because assets are shared by the whole show.
    const path = pathOf({ projectId: place.projectId }, type, name);
    return {
      id: idOf(path),
      name,
      kind: "Asset",
      group: type,
      groupId,
      projectId: place.projectId,
      episode: place.episode,
      frames: null,
      data: index % 3 === 2 ? {} : { poly_count: 1000 * pickOf(path, 90) },
      canceled: false,
    };
  });
}

const short: Place = { projectId: PAPER_LANTERN.id };
const show: Place = { projectId: NIGHT_TRAM.id };
const crowd: Place = { projectId: CARNIVAL.id };
const [first, second] = EPISODES.map((episode): Place => ({ ...show, episode }));
if (!first || !second) throw new Error("The show has two episodes");

const PLANS: readonly (readonly [place: Place, sequence: string, shots: number])[] = [
  [short, "SQ010", 6],
  [short, "SQ020", 6],
  [short, "SQ030", 4],
  [first, "SQ001", 10],
  [first, "SQ002", 10],
  [first, "SQ003", 10],
  [first, "SQ004", 10],
  [second, "SQ001", 8],
  [second, "SQ002", 8],
  [second, "الميناء", 8],
  ...Array.from({ length: 10 }, (_, index) => [crowd, `SQ${String((index + 1) * 10).padStart(3, "0")}`, 30] as const),
];

export const ENTITIES: readonly Entity[] = [
  ...PLANS.filter(([place]) => place === short).flatMap((plan) => shots(...plan)),
  ...assets(short, "Characters", ["Mira", "Old Lin", HOSTILE_NAME, "Stray Dog"]),
  ...assets(short, "Environment", ["Harbour at Dusk", "Lantern Workshop", "Rooftops"]),
  ...assets(short, "Props", ["Paper Lantern", "Rowing Boat", "Tea Kettle"]),
  ...PLANS.filter(([{ projectId }]) => projectId === show.projectId).flatMap((plan) => shots(...plan)),
  ...assets(show, "Characters", ["Conductor", "Passenger", "Night Owl", "Ticket Thief"]),
  ...assets(first, "Characters", ["Lost Child"]),
  ...assets(show, "Environment", ["Depot", "Last Stop", "Viaduct"]),
  ...assets(second, "Environment", ["מנורת נייר", "Flooded Tunnel"]),
  ...assets(show, "Props", ["Bell", "Punch", "Thermos"]),
  ...assets(show, "Vehicles", ["Tram 7", "Night Bus"]),
  ...PLANS.filter(([place]) => place === crowd).flatMap((plan) => shots(...plan)),
  ...PLANS.map(([place, name]) => sequenceIn(place, name)),
  ...EPISODES.map(({ id, name, projectId }) => whole("Episode", id, name, { projectId })),
  // Two with the same name in different episodes.
  ...[first, second].map((place) => editIn(place, "Edit A")),
  editIn(short, "Edit A"),
  ...["Harbour", "Lantern glow"].map((name) => conceptIn(short, name)),
  // The same name as in another production.
  ...["Harbour", "Tram 7 at night"].map((name) => conceptIn(show, name)),
];

/** An entity's name in Kitsu's My Tasks: "E01 / SQ001 / SH0010", "Concept / Harbour". */
export function nameEntity({ kind, episode, group, name }: Entity): string {
  const before = { Shot: [episode?.name, group], Sequence: [episode?.name], Edit: [episode?.name], Episode: [] };
  const parts = kind === "Asset" ? [group] : kind === "Concept" ? [kind] : before[kind];
  return [...parts, name].filter(Boolean).join(" / ");
}
