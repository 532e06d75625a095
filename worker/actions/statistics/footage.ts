// How long the shots are, each counted once however many of its tasks there are.
import type { SelectedTask } from "../../services/selection.ts";
import { type Entity, readNumber, readRate } from "../../services/zou-objects.ts";
import { isDone } from "./measure.ts";

export type Footage = {
  shots: number;
  /** of how many the length is known */
  measured: number;
  frames: number;
  seconds: number;
  /** of shots without a rate of frames nothing is known in seconds */
  withoutRate: number;
  /** frames of shots all of whose tasks here are done */
  framesDone: number;
};

export function measureFootage(tasks: readonly SelectedTask[]): Footage {
  const shots = new Map<string, { one: SelectedTask; entity: Entity; isDone: boolean }>();
  for (const one of tasks) {
    const { entity } = one;
    if (entity?.type !== "Shot") continue;
    const known = shots.get(entity.id);
    shots.set(entity.id, { one, entity, isDone: isDone(one) && (known?.isDone ?? true) });
  }
  const footage: Footage = { shots: shots.size, measured: 0, frames: 0, seconds: 0, withoutRate: 0, framesDone: 0 };
  for (const { one, entity, isDone: whole } of shots.values()) {
    const frames = countFrames(entity);
    if (frames === undefined) continue;
    const fps = readRate(entity.data.fps) ?? readRate(one.project?.fps);
    footage.measured += 1;
    footage.frames += frames;
    if (whole) footage.framesDone += frames;
    if (fps === undefined) footage.withoutRate += 1;
    else footage.seconds += frames / fps;
  }
  return footage;
}

/** The shot's own count, else its range; both ends belong to it. */
export function countFrames({ nb_frames, data }: Entity): number | undefined {
  if (nb_frames !== undefined && nb_frames > 0) return nb_frames;
  const [first, last] = [readNumber(data.frame_in), readNumber(data.frame_out)];
  return first !== undefined && last !== undefined && last >= first ? last - first + 1 : undefined;
}
