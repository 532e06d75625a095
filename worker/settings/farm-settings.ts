// The settings of all farms.
import { AFANASY_HELP, AFANASY_VARIABLES, type AfanasySettings, readAfanasy } from "./afanasy-settings.ts";
import { FLAMENCO_HELP, FLAMENCO_VARIABLES, type FlamencoSettings, readFlamenco } from "./flamenco-settings.ts";

export const FARM_VARIABLES = { ...AFANASY_VARIABLES, ...FLAMENCO_VARIABLES };
export const FARM_HELP = { ...AFANASY_HELP, ...FLAMENCO_HELP };

export type FarmSettings = { afanasy: AfanasySettings | undefined; flamenco: FlamencoSettings | undefined };

export const readFarms = (
  set: Parameters<typeof readAfanasy>[0] & Parameters<typeof readFlamenco>[0],
): FarmSettings => ({
  afanasy: readAfanasy(set),
  flamenco: readFlamenco(set),
});
