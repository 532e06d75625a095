// What applies to all shots of a run on Flamenco: settings, answers, and what the manager reports.
import type { Root } from "../../launch/paths.ts";
import type { JobTypeInfo } from "../../services/flamenco-objects.ts";
import type { Format } from "../../settings/flamenco-formats.ts";
import type { JobTypeSetting } from "../../settings/flamenco-job-types.ts";
import type { Flamenco } from "../../settings/flamenco-settings.ts";

export type RenderOptions = {
  flamenco: Flamenco;
  /** where the studio's folders are on each operating system */
  roots: readonly Root[];
  /** the manager's version: 9 for 3.9 */
  minor: number;
  jobType: JobTypeSetting;
  /** the manager's description of a studio's own job type */
  info: JobTypeInfo | undefined;
  /** empty: each shot's own */
  frames: string;
  chunkSize: number;
  priority: number;
  format: Format;
  scene: string;
  /** typed paths, which replace the templates */
  blend?: string | undefined;
  output?: string | undefined;
  /** the answers for settings of a studio's own job type */
  ownSettings: Readonly<Record<string, string | number | boolean>>;
  person: { name: string };
  run: string;
};
