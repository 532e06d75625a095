// A studio for the soak test and for the upgrade: the playground's Kitsu and farms, a person, the
// calls that Kitsu sends for them, and the settings of a worker there.
import { randomBytes } from "node:crypto";
import { TASKS } from "../playground/data.ts";
import { ADA } from "../playground/data-people.ts";
import { PAPER_LANTERN } from "../playground/data-projects.ts";
import { openFarms } from "../playground/farms/farms.ts";
import { startPlayground } from "../playground/serve.ts";

/** The playground shows a worker that is not needed here. */
const NO_WORKER = "http://127.0.0.1:9";

/** @param frameMs how long the farms take for a frame */
export async function openSimulatedStudio(frameMs: number) {
  const forwardSecret = `whsec_${randomBytes(32).toString("base64")}`;
  const botToken = randomBytes(32).toString("base64url");
  const farms = await openFarms({ flamencoPort: 0, afanasyPort: 0, frameMs });
  const playground = await startPlayground({ port: 0, worker: NO_WORKER, farms, botToken, forwardSecret });
  const shots = TASKS.filter(
    ({ entity }) => entity.projectId === PAPER_LANTERN.id && entity.kind === "Shot" && !entity.canceled,
  );
  return {
    kitsu: playground.url,
    farms,
    botToken,
    forwardSecret,
    tasks: shots.map(({ id }) => id),
    /** The animation of the shots with such names. */
    findRenderTasks: (isWanted: (shot: string) => boolean) =>
      shots.filter(({ entity, type }) => type.name === "Animation" && isWanted(entity.name)).map(({ id }) => id),
    /** The fields that Kitsu sends, without the selection. */
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
      KITSU_API: `${playground.url}/api`,
      KITSU_TOKEN: botToken,
      FORWARD_SECRET: forwardSecret,
    },
    async close(): Promise<void> {
      await playground.close();
      await farms.close();
    },
  };
}
