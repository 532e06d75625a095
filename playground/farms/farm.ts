/** What the playground knows of either farm. */
import type { Wish } from "./faults.ts";

export type Farm = {
  /** where the worker reaches it */
  url: string;
  /** makes something go wrong, or right again; answers how it now is */
  control(wish: Wish): Promise<Record<string, unknown>>;
  close(): Promise<void>;
};

export type Farms = { flamenco: Farm; afanasy: Farm };

export type FarmOptions = {
  /** 0 takes any free port */
  port: number;
  /** how long a frame takes */
  frameMs?: number;
};

export const FRAME_MS = 400;
