/** The common interface of both farms. */
import type { FarmFaults } from "./faults.ts";

export type Farm = {
  /** the address for the worker */
  url: string;
  /** sets what goes wrong, and returns the current state */
  control(changes: FarmFaults): Promise<Record<string, unknown>>;
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
