/** The studio's two farms, each on its own port. */
import { openAfanasy } from "./afanasy/server.ts";
import type { Farms } from "./farm.ts";
import { openFlamenco } from "./flamenco/server.ts";

export type FarmsOptions = {
  /** 0 takes any free port */
  flamencoPort: number;
  afanasyPort: number;
  /** how long a frame takes */
  frameMs?: number;
};

export async function openFarms({
  flamencoPort,
  afanasyPort,
  frameMs,
}: FarmsOptions): Promise<Farms & { close(): Promise<void> }> {
  const pace = frameMs === undefined ? {} : { frameMs };
  const flamenco = await openFlamenco({ port: flamencoPort, ...pace });
  const afanasy = await openAfanasy({ port: afanasyPort, ...pace });
  return {
    flamenco,
    afanasy,
    close: async () => {
      await Promise.all([flamenco.close(), afanasy.close()]);
    },
  };
}
