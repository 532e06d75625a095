/** Makes tasks from a Flamenco job's settings, like its scripts. Submitters get their errors. */
import * as v from "valibot";
import { fatesOf, movieFateOf } from "../fate.ts";
import { unchunked, uncompiled } from "./answer.ts";
import type { SubmittedJob } from "./body.ts";
import { newTask, type Task } from "./job.ts";
import type { JobType } from "./job-types-data.ts";

export type Compiled = { settings: Record<string, unknown>; tasks: Task[] };

type Settings = Record<string, unknown>;

/** @throws a Refusal */
export function compileJob(
  { type, name, settings: given = {} }: SubmittedJob,
  now: number,
  { refuse }: JobType,
): Compiled {
  const settings = { ...given };
  const refusal = refuse?.(settings);
  if (refusal !== undefined) throw uncompiled(refusal, `compileJob (${type.replaceAll("-", "_")}.js:12:9(30))`);
  if (type === "simple-blender-render") return { settings, tasks: compileBlender(name, settings, now) };
  if (type === "echo-sleep-test") return { settings, tasks: compileEcho(settings) };
  return { settings, tasks: compileOwn(type, name, settings) };
}

/** A studio's own job type: it renders frames, and then packs them. */
function compileOwn(type: string, name: string, settings: Settings): Task[] {
  if (textOf(settings.frames) === "") return [newTask(type, "misc")];
  const tasks = renderTasks(type.split("-")[0] ?? type, name, { chunk_size: 10, ...settings });
  return [...tasks, newTask("pack", "misc", { after: tasks })];
}

const VIDEO = new Set(["FFMPEG", "AVI_RAW", "AVI_JPEG"]);
const NOT_FOR_FFMPEG = new Set(["EXR", "MULTILAYER", "OPEN_EXR", "OPEN_EXR_MULTILAYER"]);

function compileBlender(name: string, settings: Settings, now: number): Task[] {
  const format = textOf(settings.format);
  if (VIDEO.has(format)) throw uncompiled(`This job type only renders images, and not "${format}"`);
  const path = textOf(settings.render_output_path);
  if (!path) throw uncompiled("no render_output_path setting!");
  settings.render_output_path = path.replaceAll("{timestamp}", timestampOf(now));
  const tasks = renderTasks("render", name, settings);
  const hasVideo = Number(settings.fps) > 0 && (!NOT_FOR_FFMPEG.has(format) || settings.has_previews === true);
  if (!hasVideo) return tasks;
  const fate = movieFateOf(`${name} ${textOf(settings.blendfile)}`);
  return [...tasks, newTask("preview-video", "ffmpeg", { size: 3, after: tasks, fate })];
}

function renderTasks(verb: string, name: string, settings: Settings): Task[] {
  const chunks = chunkFrames(settings.frames, settings.chunk_size);
  const fates = fatesOf([name, textOf(settings.blendfile), textOf(settings.source)].join(" "), chunks.length);
  return chunks.map((frames, index) => {
    const { length } = frames;
    return newTask(`${verb}-${mergeFrames(frames)}`, "blender", {
      steps: length,
      size: length,
      frames,
      fate: fates[index],
    });
  });
}

function compileEcho({ message, sleep_duration_seconds, sleep_repeats }: Settings): Task[] {
  const repeats = Math.max(0, Math.min(100, Math.trunc(Number(sleep_repeats ?? 0)) || 0));
  const size = Math.max(1, Math.min(600, Math.trunc(Number(sleep_duration_seconds ?? 1)) || 1));
  const [fate] = fatesOf(textOf(message), 1);
  const echo = newTask("echo", "misc", { fate });
  return [echo, ...Array.from({ length: repeats }, () => newTask("sleep", "misc", { size, after: [echo] }))];
}

const textOf = (value: unknown): string => v.parse(v.fallback(v.string(), ""), value);

/** The time on the manager's clock. */
function timestampOf(now: number): string {
  const date = new Date(now);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day}_${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join("")}`;
}

/** A limit of ours: the real one would fill its memory. */
const FRAMES_MAX = 2_000_000;

function chunkFrames(given: unknown, size: unknown): number[][] {
  const range = String(given ?? "undefined").trim();
  if (range === "") throw badRange(range, "empty range");
  const chunkSize = Math.trunc(Number(size)) || 0;
  if (chunkSize < 1) throw unchunked(`invalid chunk size, must be positive number: ${chunkSize}`);
  const frames = explode(range.replaceAll("..", "-"));
  if (frames.length === 0) throw badRange(range, "empty range");
  return Array.from({ length: Math.ceil(frames.length / chunkSize) }, (_, index) =>
    frames.slice(index * chunkSize, (index + 1) * chunkSize),
  );
}

/** A backward range has no frames, but is not an error by itself. */
function explode(range: string): number[] {
  const frames = new Set<number>();
  for (const part of range.split(",")) {
    const ends = part.split("-");
    if (ends.length > 2) throw badRange(range, part);
    const [first = 0, last = first] = ends.map((end) => parseFrame(end, range, part));
    if (last - first > FRAMES_MAX) throw badRange(range, part);
    for (let frame = first; frame <= last; frame += 1) frames.add(frame);
  }
  return [...frames].sort((a, b) => a - b);
}

function parseFrame(text: string, range: string, part: string): number {
  const trimmed = text.trim();
  if (/^[+-]?\d+$/.test(trimmed)) return Number(trimmed);
  throw badRange(range, `${part} (strconv.ParseInt: parsing ${JSON.stringify(trimmed)}: invalid syntax)`);
}

const badRange = (range: string, why: string) => unchunked(`invalid range "${range}": ${why}`);

function mergeFrames(frames: readonly number[]): string {
  const runs: [first: number, last: number][] = [];
  for (const frame of frames) {
    const run = runs.at(-1);
    if (run && frame === run[1] + 1) run[1] = frame;
    else runs.push([frame, frame]);
  }
  return runs
    .map(([first, last]) =>
      first === last ? `${first}` : last === first + 1 ? `${first},${last}` : `${first}-${last}`,
    )
    .join(",");
}
