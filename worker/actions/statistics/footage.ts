// The length of the shots. Each shot counts once, even if several of its tasks are selected.
import type { SelectedTask } from "../../services/selection.ts";
import { type Entity, readNumber, readRate } from "../../services/zou-objects.ts";
import { isDone } from "./measure.ts";

export type Footage = {
  shots: number;
  /** shots with a known length */
  measured: number;
  frames: number;
  seconds: number;
  /** shots without a frame rate, whose length in seconds is unknown */
  withoutRate: number;
  /** frames of shots whose selected tasks are all done */
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

/** The shot's frame count, or else the length of its frame range, both ends included. */
export function countFrames({ nb_frames, data }: Entity): number | undefined {
  if (nb_frames !== undefined && nb_frames > 0) return nb_frames;
  const [first, last] = [readNumber(data.frame_in), readNumber(data.frame_out)];
  return first !== undefined && last !== undefined && last >= first ? last - first + 1 : undefined;
}
