/** The job types of this Flamenco: the two that it comes with, and one of the studio's own. */

export type Setting = {
  key: string;
  type: "string" | "int32" | "float" | "bool";
  label?: string;
  subtype?: "file_path" | "dir_path" | "file_name" | "hashed_file_path";
  choices?: readonly string[];
  propargs?: { min?: number; max?: number };
  description?: string;
  default?: string | number | boolean;
  eval?: string;
  evalInfo?: { showLinkButton: boolean; description: string };
  /** a boolean in versions that could not say where */
  visible?: boolean | "visible" | "hidden" | "submission" | "web";
  required?: boolean;
  editable?: boolean;
};
export type JobType = {
  name: string;
  label: string;
  description?: string;
  etag: string;
  settings: readonly Setting[];
  /** the error that its script throws for these settings */
  refuse?: (settings: Readonly<Record<string, unknown>>) => string | undefined;
};

const SIMPLE: readonly Setting[] = [
  {
    key: "frames",
    type: "string",
    required: true,
    eval: "f'{C.scene.frame_start}-{C.scene.frame_end}'",
    evalInfo: { showLinkButton: true, description: "Scene frame range" },
    description: "Frame range to render. Examples: '47', '1-30', '3, 5-10, 47-327'",
  },
  {
    key: "chunk_size",
    type: "int32",
    default: 1,
    description: "Number of frames to render in one Blender render task",
    visible: "submission",
  },
  {
    key: "render_output_root",
    type: "string",
    subtype: "dir_path",
    required: true,
    visible: "submission",
    description: "Base directory of where render output is stored. Will have some job-specific parts appended to it",
  },
  {
    key: "add_path_components",
    type: "int32",
    required: true,
    default: 0,
    propargs: { min: 0, max: 32 },
    visible: "submission",
    description: "Number of path components of the current blend file to use in the render output path",
  },
  {
    key: "render_output_path",
    type: "string",
    subtype: "file_path",
    editable: false,
    eval: "str(Path(abspath(settings.render_output_root), last_n_dir_parts(settings.add_path_components), jobname, '{timestamp}', '######'))",
    description: "Final file path of where render output will be saved",
  },
  { key: "blendfile", type: "string", required: true, description: "Path of the Blend file to render", visible: "web" },
  { key: "fps", type: "float", eval: "C.scene.render.fps / C.scene.render.fps_base", visible: "hidden" },
  { key: "format", type: "string", required: true, eval: "C.scene.render.image_settings.file_format", visible: "web" },
  {
    key: "image_file_extension",
    type: "string",
    required: true,
    eval: "C.scene.render.file_extension",
    visible: "hidden",
    description: "File extension used when rendering images",
  },
  {
    key: "has_previews",
    type: "bool",
    required: false,
    eval: "C.scene.render.image_settings.use_preview",
    visible: "hidden",
    description: "Whether Blender will render preview images.",
  },
  {
    key: "scene",
    type: "string",
    required: true,
    eval: "C.scene.name",
    visible: "web",
    description: "Name of the scene to render.",
  },
];

const ECHO: readonly Setting[] = [
  { key: "message", type: "string", required: true },
  { key: "sleep_duration_seconds", type: "int32", default: 1 },
  { key: "sleep_repeats", type: "int32", default: 1 },
];

const DENOISE: readonly Setting[] = [
  { key: "frames", type: "string", required: true, description: "Frames to denoise, such as '101-148'" },
  {
    key: "chunk_size",
    type: "int32",
    default: 10,
    propargs: { min: 1, max: 100 },
    visible: "submission",
    label: "Frames per task",
  },
  { key: "source", type: "string", subtype: "dir_path", required: true, description: "Folder with the noisy frames" },
  {
    key: "method",
    type: "string",
    choices: ["OptiX", "OpenImageDenoise"],
    default: "OpenImageDenoise",
    label: "Denoiser",
  },
  {
    key: "strength",
    type: "float",
    default: 0.8,
    propargs: { min: 0, max: 1 },
    description: "1 leaves no grain at all",
  },
  { key: "keep_source", type: "bool", default: true, label: "Keep the noisy frames" },
  { key: "preset", type: "string", default: "paper-lantern", visible: "hidden" },
];

/** A strength of 0 keeps the noise, and this denoiser divides by it. */
const refuseDenoise: JobType["refuse"] = ({ method, strength }) =>
  method === "OptiX" && strength === 0 ? "OptiX needs a strength above 0" : undefined;

function jobType(name: string, label: string, settings: readonly Setting[], more: Partial<JobType> = {}): JobType {
  return { name, label, settings, etag: digest(JSON.stringify([name, label, settings])), ...more };
}

/** FNV-1a: a different text gets a different tag. */
function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0").repeat(5);
}

export const JOB_TYPES: readonly JobType[] = [
  jobType("denoise-frames", "Denoise Frames", DENOISE, {
    description: "Takes the noise out of frames that are rendered already",
    refuse: refuseDenoise,
  }),
  jobType("echo-sleep-test", "Echo Sleep Test", ECHO),
  jobType("simple-blender-render", "Simple Blender Render", SIMPLE),
];
