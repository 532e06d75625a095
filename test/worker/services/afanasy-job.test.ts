import { describe, expect, it } from "vitest";
import { toEnglish } from "../../../worker/format/localize.ts";
import { countBlockTasks, TASKS_MAX, validateJob } from "../../../worker/services/afanasy-job.ts";

const BLOCK = {
  name: "render",
  service: "blender",
  parser: "blender_cycles",
  flags: 1,
  frame_first: 101,
  frame_last: 148,
  frames_per_task: 4,
  frames_inc: 1,
  capacity: 1_000,
  working_directory: "/mnt/prod/sq01/sh010",
  command: 'blender -b "lighting_v003.blend" -o "/mnt/render/sh010/sh010.####" -s @#@ -e @#@ -j 1 -a',
  files: ["/mnt/render/sh010/sh010.@####@.png"],
};
/** The example in the contract. */
const JOB = {
  name: "demo SQ01_SH010 lighting",
  user_name: "ada",
  host_name: "kitsu-edge",
  priority: 99,
  project: "demo",
  custom_data: '{"kitsu_task":"t1"}',
  blocks: [BLOCK],
};
const { flags: _, frame_first: __, frame_last: ___, frames_per_task: ____, frames_inc: _____, ...COMMON } = BLOCK;

const withBlock = (more: object) => ({ ...JOB, blocks: [{ ...BLOCK, ...more }] });
const without = (from: object, name: string) =>
  Object.fromEntries(Object.entries(from).filter(([key]) => key !== name));

describe("a valid job", () => {
  it.each([
    ["the contract's example", JOB],
    [
      "one with every setting",
      { ...JOB, branch: "/kitsu", hosts_mask: "farm.*", pools: { gpu: 3 }, max_running_tasks: -1 },
    ],
    ["one with words for a mask", { ...JOB, hosts_mask: "render( gpu", hosts_mask_type: "find" }],
    ["one with needs", { ...JOB, need_os: "linux windows", need_properties: "gpu|rtx" }],
    ["one with tasks of their own", { ...JOB, blocks: [{ ...COMMON, tasks: [{ name: "a", command: "1" }] }] }],
    ["one that waits for a manual start", { ...JOB, offline: true, folders: { output: "/mnt/out" } }],
    ["one of a single frame", withBlock({ frame_first: 7, frame_last: 7 })],
    ["one that begins at frame 0", withBlock({ frame_first: 0 })],
    ["one with additional flags", withBlock({ flags: 1 | 64 | 1_024 })],
    ["one with the most retries that fit in a byte", withBlock({ errors_retries: 127, need_memory: 16_384 })],
    ["one with quotes in members that the server escapes", { ...JOB, description: 'a "b" \\', annotation: "a\nb" }],
  ])("is %s", (_, job) => {
    expect(validateJob(job)).toBeUndefined();
  });
});

describe("a job that would crash the server", () => {
  it.each([
    ["is refused: text", "x", "job must be an object"],
    ["is refused: a list", [JOB], "job.name is missing"],
    ["is refused: null", null, "job must be an object"],
    ["is refused: undefined", undefined, "job is missing"],
    ["is refused: no user", without(JOB, "user_name"), "job.user_name is missing"],
    ["is refused: an empty user", { ...JOB, user_name: "" }, "job.user_name is empty"],
    [
      "is refused: a name that is too long for a folder",
      { ...JOB, name: "ä".repeat(101) },
      "job.name has more than 200 bytes",
    ],
    [
      "is refused: a user name that is too long for a folder",
      { ...JOB, user_name: "a".repeat(101) },
      /may have at most 100 characters/,
    ],
    ["is refused: a number for the user", { ...JOB, user_name: 7 }, "job.user_name must be text"],
    ["is refused: no blocks", without(JOB, "blocks"), "job.blocks is missing"],
    ["is refused: an empty list of blocks", { ...JOB, blocks: [] }, "job.blocks is empty"],
    ["is refused: blocks that are not a list", { ...JOB, blocks: { 0: BLOCK } }, "job.blocks must be a list"],
    ["is refused: null for a block", { ...JOB, blocks: [null] }, "job.blocks.0 must be an object"],
    ["is refused: an empty second block", { ...JOB, blocks: [BLOCK, {}] }, /^job\.blocks\.1/],
    ["is refused: neither frames nor tasks", withBlock({ flags: 0 }), "job.blocks.0.flags must have the numeric flag"],
    ["is refused: no flags", { ...JOB, blocks: [without(BLOCK, "flags")] }, "job.blocks.0.flags is missing"],
    [
      "is refused: an empty list of tasks",
      { ...JOB, blocks: [{ ...COMMON, tasks: [] }] },
      "job.blocks.0.tasks is empty",
    ],
    [
      "is refused: null for a task",
      { ...JOB, blocks: [{ ...COMMON, tasks: [null] }] },
      "job.blocks.0.tasks.0 must be an object",
    ],
    [
      "is refused: a fraction in the flags, which the server ignores",
      withBlock({ flags: 1.5 }),
      "job.blocks.0.flags must be a whole number",
    ],
  ])("%s", (_, job, refusal) => {
    expect(toEnglish(validateJob(job) ?? "")).toEqual(
      typeof refusal === "string" ? `${refusal}.` : expect.stringMatching(refusal),
    );
  });
});

describe("a job that the server would misread", () => {
  it.each([
    ["a float", withBlock({ frame_first: 101.5 }), "job.blocks.0.frame_first must be a whole number"],
    [
      "text for a number, as Zou may have it",
      withBlock({ frame_first: "101" }),
      "job.blocks.0.frame_first must be a number",
    ],
    ["frames that run backwards", withBlock({ frame_first: 149 }), "job.blocks.0 ends before its first frame"],
    ["no last frame", { ...JOB, blocks: [without(BLOCK, "frame_last")] }, "job.blocks.0.frame_last is missing"],
    ["tasks of no frames", withBlock({ frames_per_task: 0 }), "job.blocks.0.frames_per_task must be at least 1"],
    ["a step of 0", withBlock({ frames_inc: 0 }), "job.blocks.0.frames_inc must be at least 1"],
    ["too large a number", withBlock({ capacity: 2 ** 31 }), "job.blocks.0.capacity is too large"],
    [
      "more tasks than the server has memory for",
      withBlock({ frame_last: 1_000_000, frames_per_task: 1 }),
      `job.blocks.0 has more than ${TASKS_MAX.toLocaleString("en")} tasks`,
    ],
    ["frames and tasks at once", withBlock({ tasks: [{ name: "a", command: "1" }] }), /^job\.blocks\.0/],
    ["a NUL", { ...JOB, name: "a\0b" }, "job.name has a NUL"],
    ["no name", { ...JOB, name: "" }, "job.name is empty"],
    ["no host", without(JOB, "host_name"), "job.host_name is missing"],
    ["a user that breaks the server's answers", { ...JOB, user_name: 'a"b' }, /^job\.user_name may have/],
    ["a host that breaks the server's answers", { ...JOB, host_name: "a\nb" }, /^job\.host_name may have/],
    [
      "a block's name that breaks them",
      withBlock({ name: 'Blender "Cycles"' }),
      'job.blocks.0.name has \'"\', "\\" or a control character',
    ],
    ["a line break in a block's name", withBlock({ name: "a\nb" }), /^job\.blocks\.0\.name has/],
    ["a service that breaks them", withBlock({ service: "a\\b" }), /^job\.blocks\.0\.service has/],
    ["a block's data that break them", withBlock({ custom_data: '{"a":1}' }), /^job\.blocks\.0\.custom_data has/],
    ["a pool's name that breaks them", { ...JOB, pools: { '"': 1 } }, /^job\.pools\.".* has/],
    [
      "more retries than fit in a byte",
      withBlock({ errors_retries: 200 }),
      "job.blocks.0.errors_retries must be at most 127",
    ],
    [
      "an invalid mask",
      { ...JOB, hosts_mask: "render(.*" },
      "job.hosts_mask is not a regular expression that the server can read",
    ],
    [
      "a mask with later syntax",
      { ...JOB, hosts_mask_exclude: "(?<!a)b" },
      /^job.hosts_mask_exclude is not a regular expression/,
    ],
    ["a need that is a pattern", { ...JOB, need_os: "lin.*" }, /^job.need_os is compared literally/],
    [
      "no running tasks at all",
      { ...JOB, max_running_tasks: 0 },
      "job.max_running_tasks must not be 0, because Afanasy would never render it",
    ],
    ["no command", withBlock({ command: "" }), "job.blocks.0.command is empty"],
    ["no service", withBlock({ service: "" }), "job.blocks.0.service is empty"],
    ["a priority that is too high", { ...JOB, priority: 251 }, "job.priority must be at most 250"],
    ["a command for the server itself", { ...JOB, command_post: "rm -rf /" }, "job.command_post is unknown"],
    ["another command for the server", { ...JOB, command_pre: "id" }, "job.command_pre is unknown"],
    ["text for true", { ...JOB, offline: "yes" }, "job.offline must be true or false"],
  ])("is refused: %s", (_, job, refusal) => {
    expect(toEnglish(validateJob(job) ?? "")).toEqual(
      typeof refusal === "string" ? `${refusal}.` : expect.stringMatching(refusal),
    );
  });
});

it.each([
  [101, 148, 4, 1, 12],
  [101, 149, 4, 1, 13],
  [1, 1, 10, 1, 1],
  [1, 10, 1, 3, 4],
])(
  "counts tasks like the server: %d-%d by %d every %d",
  (frame_first, frame_last, frames_per_task, frames_inc, tasks) => {
    expect(countBlockTasks({ frame_first, frame_last, frames_per_task, frames_inc })).toBe(tasks);
  },
);
