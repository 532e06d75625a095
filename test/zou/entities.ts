// Projects with shots and assets, whose names and numbers are as odd as in real studios.
import { type Connection, forEach, type Row } from "./connection.ts";

const ODD_NAMES = ["<script>alert('shot')</script>", `SH "020" 'b' & co`, "SH030 🎬👩‍🎤", "שוט 040 \u202Eabc\u202C"];

/** Frame ranges as studios enter them: numbers, text, empty, incomplete, backwards. */
const ODD_DATA = [
  {
    ...{ frame_in: 101, frame_out: 148, fps: "25", difficulty: "hard", note: "<b>bold</b>" },
    ...{ animation_only: "For animators", lighting_only: "For lighters", of_a_script: "In no column" },
  },
  { frame_in: "101", frame_out: "196", fps: "24.000", difficulty: "easy" },
  { frame_in: "", frame_out: "", fps: null, difficulty: "" },
  { frame_in: 1001, difficulty: null },
  { frame_in: "200", frame_out: "100", note: "backwards" },
  {},
];

export type Entities = { sequences: string[]; shots: string[]; assets: string[]; shotWithoutData: string };

export type AssetTypes = readonly [string, string];

export async function makeShort(zou: Connection, project: string, assetTypes: AssetTypes): Promise<Entities> {
  const sequences = await forEach(["SQ01", "SQ02 <i>dream</i>"], (name) =>
    make(zou, `/data/projects/${project}/sequences`, { name }),
  );
  const shots = await makeShots(zou, project, sequences, 19);
  const shotWithoutData = await makeShotWithoutData(zou, project, sequences[0] ?? "");
  const assets = await makeAssets(zou, project, assetTypes, 8);
  return { sequences, shots: [...shots, shotWithoutData], assets, shotWithoutData };
}

export async function makeShow(
  zou: Connection,
  project: string,
  assetTypes: AssetTypes,
): Promise<Entities & { episodes: string[] }> {
  // Zou creates the first episode with the project, and returns it only then.
  const [first] = await zou.get(`/data/projects/${project}/episodes`);
  const second = await make(zou, `/data/projects/${project}/episodes`, { name: "E02" });
  const episodes = [first?.id ?? "", second];
  const sequences = await forEach(episodes, (episode_id) =>
    make(zou, `/data/projects/${project}/sequences`, { name: "SQ01", episode_id }),
  );
  const shots = await makeShots(zou, project, sequences, 19);
  const shotWithoutData = await makeShotWithoutData(zou, project, sequences[0] ?? "");
  const assets = await makeAssets(zou, project, assetTypes, 7, episodes[0]);
  return { episodes, sequences, shots: [...shots, shotWithoutData], assets, shotWithoutData };
}

function makeShots(zou: Connection, project: string, sequences: readonly string[], amount: number): Promise<string[]> {
  return forEach(Array.from({ length: amount }), (_, index) => {
    const name = ODD_NAMES[index] ?? `SH${(index + 1) * 10}`.padEnd(5, "0");
    const body = { name, sequence_id: sequences[index % sequences.length], nb_frames: index === 2 ? null : 40 + index };
    return make(zou, `/data/projects/${project}/shots`, { ...body, data: ODD_DATA[index % ODD_DATA.length] });
  });
}

/** Only the generic route leaves `data` null, which importers use. */
async function makeShotWithoutData(zou: Connection, project_id: string, parent_id: string): Promise<string> {
  const types = await zou.get("/data/entity-types?name=Shot");
  return make(zou, "/data/entities", { name: "SH999", project_id, parent_id, entity_type_id: types[0]?.id });
}

/** One after the other: Zou fails if two requests create the same missing entity type. */
async function makeAssets(
  zou: Connection,
  project: string,
  types: AssetTypes,
  amount: number,
  episode?: string,
): Promise<string[]> {
  const assets: string[] = [];
  for (let index = 0; index < amount; index++) {
    const name = index === 0 ? `Fox "Réynard" <3 🦊` : `Asset ${String(index).padStart(2, "0")}`;
    const ofEpisode = episode !== undefined && index % 2 === 0 ? { episode_id: episode } : {};
    const body = { name, description: "It's <em>red</em>", data: { poly_count: index * 1000 }, ...ofEpisode };
    assets.push(await make(zou, `/data/projects/${project}/asset-types/${types[index % 2]}/assets/new`, body));
  }
  return assets;
}

/** The studio's own columns: one is also for clients, and two are for one department each. */
export async function makeDescriptors(
  zou: Connection,
  project: string,
  departments: { animation: string; lighting: string },
): Promise<Row[]> {
  const path = `/data/projects/${project}/metadata-descriptors`;
  return forEach(
    [
      { entity_type: "Shot", name: "Difficulty", data_type: "list", choices: ["easy", "hard"], for_client: true },
      { entity_type: "Shot", name: "Note", data_type: "string" },
      { entity_type: "Asset", name: "Poly count", data_type: "number" },
      { entity_type: "Shot", name: "Animation only", data_type: "string", departments: [departments.animation] },
      { entity_type: "Shot", name: "Lighting only", data_type: "string", departments: [departments.lighting] },
    ],
    (descriptor) => zou.post(path, descriptor),
  );
}

async function make(zou: Connection, path: string, body: unknown): Promise<string> {
  return (await zou.post(path, body)).id;
}
