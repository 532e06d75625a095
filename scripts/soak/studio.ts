// The studio: the simulated one, and a server for forwarded calls. Kitsu and that server are behind
// proxies that can fail. What was really done in the studio is read from here.
import * as v from "valibot";
import { afanasySettings, flamencoSettings } from "../../playground/farms/settings.ts";
import { openSimulatedStudio } from "../simulated-studio.ts";
import { FaultyProxy } from "./faulty-proxy.ts";
import { ForwardServer, TARGETS } from "./forward-server.ts";
import type { Random } from "./random.ts";

const FRAME_MS = 15;
/** The shots that fail on the playground's farms by their names. Their jobs never finish. */
const FAILING_SHOTS = /SH00[4-7]0/;
const Comments = v.array(v.object({ text: v.string() }));
const Playlists = v.array(v.object({ name: v.string() }));
const FlamencoJobs = v.object({
  jobs: v.array(v.object({ id: v.string(), metadata: v.object({ "kitsu.mark": v.string() }) })),
});
const CustomData = v.pipe(v.string(), v.parseJson(), v.object({ kitsu_mark: v.string() }));
const AfanasyJobs = v.object({
  jobs: v.array(v.object({ id: v.number(), serial: v.number(), custom_data: CustomData })),
});

export type Studio = Awaited<ReturnType<typeof openStudio>>;

/** @param timeLimitS how many seconds an action may take */
export async function openStudio(random: Random, timeLimitS: number) {
  const studio = await openSimulatedStudio(FRAME_MS);
  const { farms, botToken } = studio;
  const forwardServer = new ForwardServer(studio.forwardSecret, random);
  const kitsuProxy = new FaultyProxy(studio.kitsu, random);
  const forwardProxy = new FaultyProxy(await forwardServer.open(), random);
  const [kitsuUrl, forwardUrl] = [await kitsuProxy.open(), await forwardProxy.open()];
  const targets = TARGETS.map((id) => [id, { url: `${forwardUrl}/${id}`, title: id, timeLimit: 4 }]);
  const read = async <S extends v.GenericSchema>(path: string, schema: S): Promise<v.InferOutput<S>> => {
    const response = await fetch(`${studio.kitsu}/api${path}`, { headers: { authorization: `Bearer ${botToken}` } });
    return v.parse(schema, await response.json());
  };
  const countComments = async (tag: string, task: string) =>
    (await read(`/data/tasks/${task}/comments`, Comments)).filter(({ text }) => text.includes(`soak ${tag}`)).length;
  const countPlaylists = async (tag: string) =>
    (await read("/data/playlists", Playlists)).filter(({ name }) => name.includes(`soak-${tag}`)).length;
  const jobs = new Map<string, Set<string>>();
  return {
    ...studio,
    forwardServer,
    kitsuProxy,
    forwardProxy,
    renderTasks: studio.findRenderTasks((shot) => !FAILING_SHOTS.test(shot)),
    variables: {
      ...studio.variables,
      KITSU_API: `${kitsuUrl}/api`,
      LOCAL: "1",
      ACTION_TIME_LIMIT: String(timeLimitS),
      FORWARD_TARGETS: JSON.stringify(Object.fromEntries(targets)),
      FLAMENCO: JSON.stringify(flamencoSettings(farms.flamenco.url)),
      AFANASY: JSON.stringify(afanasySettings(farms.afanasy.url)),
    },
    countComments,
    countPlaylists,
    /** Whether anything was done under this tag. */
    async hasEffect(action: string, tag: string, selection: readonly string[]): Promise<boolean> {
      if (action === "playlist") return (await countPlaylists(tag)) > 0;
      if (action !== "comment") return false;
      const counts = await Promise.all(selection.map((task) => countComments(tag, task)));
      return counts.some((count) => count > 0);
    },
    /** the IDs of all jobs seen on the farms, by the key that the worker gave them */
    jobs,
    /** Called now and then: a canceled job may be gone at the end. */
    async recordJobs(): Promise<void> {
      const [flamenco, afanasy] = await Promise.all([farms.flamenco.control({}), farms.afanasy.control({})]);
      const seen = [
        ...v.parse(FlamencoJobs, flamenco).jobs.map(({ id, metadata }) => [metadata["kitsu.mark"], id]),
        ...v
          .parse(AfanasyJobs, afanasy)
          .jobs.map(({ id, serial, custom_data }) => [custom_data.kitsu_mark, `${id}/${serial}`]),
      ];
      for (const [key = "", job = ""] of seen) jobs.set(key, (jobs.get(key) ?? new Set()).add(job));
    },
    async close(): Promise<void> {
      kitsuProxy.close();
      forwardProxy.close();
      forwardServer.close();
      await studio.close();
    },
  };
}
