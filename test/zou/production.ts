// A small studio in a real Zou, created only through its HTTP API, so that any studio could have
// the same data.
import { type Connection, connect, forEach, type Row } from "./connection.ts";
import { makeDescriptors, makeShort, makeShow } from "./entities.ts";
import { makeBots, makePersons, makeTeams } from "./people.ts";
import { assign, comment, makeTasks, plan, publish, recordFiles, type Statuses, spend, spreadDone } from "./tasks.ts";

export type Production = Awaited<ReturnType<typeof makeProduction>>;

/** Fills an empty Zou. Due dates and comments are relative to `now`. */
export async function makeProduction(api: string, adminToken: string, now = Date.now()) {
  const zou = connect(api, adminToken);
  const studio = await makeStudio(zou);
  const persons = await makePersons(zou, Object.values(studio.departments));
  const bots = await makeBots(zou);
  const short = await zou.post("/data/projects", {
    name: `Le "Petit" Renard 🦊 <3`,
    production_type: "short",
    fps: "25",
  });
  const tvshow = await zou.post("/data/projects", { name: "قصص الليل", production_type: "tvshow", fps: "24" });
  const { hasProjectRoles } = await makeTeams(zou, { short: short.id, tvshow: tvshow.id }, persons, bots);

  const { layout, animation, lighting, modeling, shading } = studio.taskTypes;
  const assetTypes = [studio.assetTypes.character, studio.assetTypes.prop] as const;
  const work = async (project: string, shots: readonly string[], assets: readonly string[]) => {
    const use = (kind: string, name: string, ids: readonly string[]) =>
      forEach(ids, (id) => zou.post(`/data/projects/${project}/settings/${kind}`, { [name]: id }));
    await use("task-types", "task_type_id", Object.values(studio.taskTypes));
    await use("task-status", "task_status_id", Object.values(studio.statuses));
    await use("asset-types", "asset_type_id", assetTypes);
    const tasks = [
      ...(await makeTasks(zou, project, "shots", [layout, animation, lighting], shots)),
      ...(await makeTasks(zou, project, "assets", [modeling, shading], assets)),
    ];
    await plan(zou, tasks, now);
    await assign(zou, tasks, [persons.artist.id, persons.vendor.id]);
    await comment(zou, tasks, studio.statuses, persons.artist.id, now);
    await spreadDone(zou, project, studio.statuses.done, now);
    // The artist has every other task.
    await spend(
      zou,
      tasks.filter((_, index) => index % 4 === 0),
      persons.artist.id,
      now,
    );
    return tasks;
  };

  const shortEntities = await makeShort(zou, short.id, assetTypes);
  const shortTasks = await work(short.id, shortEntities.shots, shortEntities.assets);
  const showEntities = await makeShow(zou, tvshow.id, assetTypes);
  const showTasks = await work(tvshow.id, showEntities.shots, showEntities.assets);
  const looked = [...shortTasks.slice(0, 6), ...showTasks.slice(0, 4)].map(({ id }) => ({
    id,
    status: studio.statuses.wfa,
  }));
  const previews = await forEach(looked, (task, index) => publish(zou, task, index));
  await recordFiles(zou, shortTasks.slice(0, 2));
  const teamless = await makeTeamless(zou, layout);
  // Kitsu deletes a shot with tasks like this: both stay, and the shot is marked as canceled.
  const canceledShot = shortEntities.shots[18] ?? "";
  await zou.put(`/data/entities/${canceledShot}`, { canceled: true });
  // Last: a person who has left stays in the team, and can't log in.
  await zou.put(`/data/persons/${persons.leaver.id}`, { active: false });

  const ids = (rows: readonly Row[]) => rows.map(({ id }) => id);
  return {
    ...studio,
    persons,
    bots,
    /** whether this Zou has roles in projects; older Zous don't */
    hasProjectRoles,
    previews,
    teamless,
    short: {
      id: short.id,
      ...shortEntities,
      canceledShot,
      tasks: ids(shortTasks),
      descriptors: ids(await makeDescriptors(zou, short.id, studio.departments)),
    },
    tvshow: {
      id: tvshow.id,
      ...showEntities,
      tasks: ids(showTasks),
      descriptors: ids(await makeDescriptors(zou, tvshow.id, studio.departments)),
    },
  };
}

/** A project with an empty team. Only administrators see it; the worker's bot does not. */
async function makeTeamless(zou: Connection, taskType: string) {
  const { id } = await zou.post("/data/projects", { name: "Nobody's project", production_type: "short" });
  const sequence = await zou.post(`/data/projects/${id}/sequences`, { name: "SQ01" });
  const shot = await zou.post(`/data/projects/${id}/shots`, { name: "SH010", sequence_id: sequence.id });
  const tasks = await makeTasks(zou, id, "shots", [taskType], [shot.id]);
  return { id, shots: [shot.id], tasks: tasks.map((task) => task.id) };
}

/** The rows that a new Zou has (`zou init-data`), found by name, and one more department. */
async function makeStudio(zou: Connection) {
  const idOf = async (model: string, filter: string) => {
    const [row] = await zou.get(`/data/${model}?${filter}`);
    if (row === undefined) throw new Error(`A new Zou has no ${model} with ${filter}.`);
    return row.id;
  };
  const type = (name: string) => idOf("task-types", `name=${name}`);
  const status = async (name: keyof Statuses) => idOf("task-status", `short_name=${name}`);
  const assetType = (name: string) => idOf("entity-types", `name=${name}`);
  const department = (name: string) => idOf("departments", `name=${encodeURIComponent(name)}`);
  return {
    departments: {
      animation: await department("Animation"),
      lighting: (await zou.post("/data/departments", { name: "Lighting & <FX>", color: "#ffaa00" })).id,
    },
    taskTypes: {
      layout: await type("Layout"),
      animation: await type("Animation"),
      lighting: await type("Lighting"),
      modeling: await type("Modeling"),
      shading: await type("Shading"),
    },
    assetTypes: { character: await assetType("Character%25"), prop: await assetType("Prop%25") },
    statuses: {
      todo: await status("todo"),
      wip: await status("wip"),
      wfa: await status("wfa"),
      retake: await status("retake"),
      done: await status("done"),
    },
  };
}
