// The studio: the playground's Kitsu and farms and a receiver of forwarded calls, each behind a way that can be troubled; and what was really done there.
import { randomBytes } from "node:crypto";
import * as v from "valibot";
import { TASKS } from "../../playground/data.ts";
import { ADA } from "../../playground/data-people.ts";
import { PAPER_LANTERN } from "../../playground/data-projects.ts";
import { openFarms } from "../../playground/farms/farms.ts";
import { afanasySettings, flamencoSettings } from "../../playground/farms/settings.ts";
import { startPlayground } from "../../playground/serve.ts";
import type { Dice } from "./dice.ts";
import { Receiver, TARGETS } from "./receiver.ts";
import { TroubledWay } from "./troubled-way.ts";

const FRAME_MS = 15;
/** Those that meet no fate of the playground's farms, and so end. */
const FATED = /SH00[4-7]0/;
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

/** @param limitS how many seconds an action may take */
export async function openStudio(dice: Dice, limitS: number) {
  const secret = `whsec_${randomBytes(32).toString("base64")}`;
  const botToken = randomBytes(32).toString("base64url");
  const farms = await openFarms({ flamencoPort: 0, afanasyPort: 0, frameMs: FRAME_MS });
  const playground = await startPlayground({
    port: 0,
    worker: "http://127.0.0.1:9",
    farms,
    botToken,
    forwardSecret: secret,
  });
  const receiver = new Receiver(secret, dice);
  const zouWay = new TroubledWay(playground.url, dice);
  const studioWay = new TroubledWay(await receiver.open(), dice);
  const [zou, studio] = [await zouWay.open(), await studioWay.open()];
  const targets = TARGETS.map((id) => [id, { url: `${studio}/${id}`, title: id, timeLimit: 4 }]);
  const read = async <S extends v.GenericSchema>(path: string, schema: S): Promise<v.InferOutput<S>> => {
    const response = await fetch(`${playground.url}/api${path}`, { headers: { authorization: `Bearer ${botToken}` } });
    return v.parse(schema, await response.json());
  };
  const shots = TASKS.filter(
    ({ entity }) => entity.projectId === PAPER_LANTERN.id && entity.kind === "Shot" && !entity.canceled,
  );
  const countComments = async (tag: string, task: string) =>
    (await read(`/data/tasks/${task}/comments`, Comments)).filter(({ text }) => text.includes(`soak ${tag}`)).length;
  const countPlaylists = async (tag: string) =>
    (await read("/data/playlists", Playlists)).filter(({ name }) => name.includes(`soak-${tag}`)).length;
  const jobs = new Map<string, Set<string>>();
  return {
    kitsu: playground.url,
    farms,
    receiver,
    zouWay,
    studioWay,
    tasks: shots.map(({ id }) => id),
    renderTasks: shots
      .filter(({ entity, type }) => type.name === "Animation" && !FATED.test(entity.name))
      .map(({ id }) => id),
    /** what Kitsu sends, but for the selection */
    call: {
      entitytype: "shot",
      originurl: "/productions/shots",
      productionid: PAPER_LANTERN.id,
      userid: ADA.id,
      useremail: ADA.email,
    },
    person: { personid: ADA.id, personemail: ADA.email },
    variables: {
      KITSU_URL: playground.url,
      KITSU_API: `${zou}/api`,
      KITSU_TOKEN: botToken,
      LOCAL: "1",
      ACTION_TIME_LIMIT: String(limitS),
      FORWARD_TARGETS: JSON.stringify(Object.fromEntries(targets)),
      FORWARD_SECRET: secret,
      FLAMENCO: JSON.stringify(flamencoSettings(farms.flamenco.url)),
      AFANASY: JSON.stringify(afanasySettings(farms.afanasy.url)),
    },
    countComments,
    countPlaylists,
    /** Was anything done of what is known by this tag? */
    async hasEffect(action: string, tag: string, selection: readonly string[]): Promise<boolean> {
      if (action === "playlist") return (await countPlaylists(tag)) > 0;
      if (action !== "comment") return false;
      const counts = await Promise.all(selection.map((task) => countComments(tag, task)));
      return counts.some((count) => count > 0);
    },
    /** The jobs there were on the farms, by the mark that the worker wrote into them. Looked at now and then, for a canceled one may be gone at the end. */
    jobs,
    async lookAtJobs(): Promise<void> {
      const [flamenco, afanasy] = await Promise.all([farms.flamenco.control({}), farms.afanasy.control({})]);
      const seen = [
        ...v.parse(FlamencoJobs, flamenco).jobs.map(({ id, metadata }) => [metadata["kitsu.mark"], id]),
        ...v
          .parse(AfanasyJobs, afanasy)
          .jobs.map(({ id, serial, custom_data }) => [custom_data.kitsu_mark, `${id}/${serial}`]),
      ];
      for (const [mark = "", job = ""] of seen) jobs.set(mark, (jobs.get(mark) ?? new Set()).add(job));
    },
    async close(): Promise<void> {
      zouWay.close();
      studioWay.close();
      receiver.close();
      await playground.close();
      await farms.close();
    },
  };
}
