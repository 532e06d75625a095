/** The log of a task: lines of the program with its process id, of the Manager and the Worker. */
import type { Job, Task } from "./job.ts";

/** The Manager sends this much of its end. */
const TAIL_MAX_CHARS = 2_048;

const pidOf = ({ id }: Task) => 1_000 + (Number.parseInt(id.slice(0, 4), 16) % 30_000);
const print = (task: Task, ...lines: readonly string[]) => {
  for (const line of lines) task.log += `pid=${pidOf(task)} > ${line}\n`;
};

export function logStart(job: Job, task: Task): void {
  const file = String(job.settings.blendfile ?? job.settings.source ?? "");
  if (task.type === "ffmpeg") print(task, "ffmpeg version 6.0 Copyright (c) 2000-2023 the FFmpeg developers");
  if (task.type !== "blender") return;
  task.log += `going to run:\n\n    blender -b -y ${file} --render-format ${String(job.settings.format ?? "PNG")}\n\n`;
  print(task, "Blender 4.5.3 LTS (hash 67807e1800cc built 2025-09-09 03:12:30)", `Read blend: "${file}"`);
}

export function logFrame(job: Job, task: Task, frame: number): void {
  const output = String(job.settings.render_output_path ?? "/mnt/render/######");
  const name = `${output.replace("######", String(frame).padStart(6, "0"))}${String(job.settings.image_file_extension ?? ".png")}`;
  print(
    task,
    `Fra:${frame} Mem:812.40M (Peak 1204.91M) | Time:00:00.40 | Scene, ViewLayer | Sample 128/128`,
    `Saved: '${name}'`,
  );
}

/** Blender prints a line or two after the error. */
export function logFailure(task: Task, says: string): void {
  const [frame] = task.frames.slice(task.done);
  if (task.type === "blender") {
    print(
      task,
      says,
      `Fra:${frame ?? 0} Mem:7913.02M (Peak 7913.02M) | Time:00:00.33 | Scene, ViewLayer | Cancel`,
      "",
      "Blender quit",
    );
  } else print(task, says, "Conversion failed!");
  task.log += "Failed: command exited abnormally with code 1\n";
}

export function logEnd(task: Task): void {
  if (task.type === "blender") print(task, "", "Blender quit");
}

export function tailOf({ log }: Task): string {
  return log.slice(-TAIL_MAX_CHARS);
}
