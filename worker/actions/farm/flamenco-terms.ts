// What is asked and set for all shots of a run on Flamenco.
import type { Root } from "../../launch/paths.ts";
import type { JobTypeInfo } from "../../services/flamenco-objects.ts";
import type { Flamenco, Format, JobTypeSetting } from "../../settings/flamenco-settings.ts";

/** What holds for all shots of a run. */
export type Terms = {
  flamenco: Flamenco;
  /** how the systems see the studio's folders */
  roots: readonly Root[];
  /** of the manager: 9 of 3.9 */
  minor: number;
  jobType: JobTypeSetting;
  /** what Flamenco says of it, where it is a studio's own */
  info: JobTypeInfo | undefined;
  /** nothing: each shot's own */
  frames: string;
  chunkSize: number;
  priority: number;
  format: Format;
  scene: string;
  /** in place of what the templates make */
  blend?: string | undefined;
  output?: string | undefined;
  /** what the person answered for settings of a studio's own job type */
  asked: Readonly<Record<string, string | number | boolean>>;
  person: { name: string };
  run: string;
};
