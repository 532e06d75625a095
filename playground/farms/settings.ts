/** The worker's settings FLAMENCO and AFANASY for this studio's farms. */

/** The statuses that a worker with an account in Kitsu sets when renders end. */
const TELL = { done: "wfa", failed: "retake" };

/** @param url of the manager, also for people's browsers */
export const flamencoSettings = (url: string, hasAccount = true) => ({
  url,
  name: "{project} {sequence|default:main} {entity} {task}",
  blend:
    "/mnt/prod/{project|lower}/shots/{sequence|default:main|lower}/{entity|lower}/work/{entity|lower}_{task|lower}_v001.blend",
  output: "/mnt/render/{project|lower}/{sequence|default:main|lower}/{entity|lower}",
  roots: ["/mnt/prod", "/mnt/render"],
  job_types: [
    { type: "simple-blender-render", label: "Render with Blender" },
    { type: "denoise-frames", label: "Denoise what is rendered", settings: { source: "{output}" } },
    {
      type: "echo-sleep-test",
      label: "Test of the farm",
      settings: { message: "{job_name}", sleep_duration_seconds: 2, sleep_repeats: 5 },
    },
  ],
  allow_anyway: true,
  ...(hasAccount && { tell: { ...TELL, preview: true } }),
});

/** @param url of the server, also for people: its page has the same address */
export const afanasySettings = (url: string, hasAccount = true) => ({
  url,
  page: url,
  user: "{person.desktop_login|default:kitsu|lower}",
  allow_anyway: true,
  ...(hasAccount && { tell: TELL }),
  templates: [
    {
      id: "blender",
      title: "Blender",
      task_types: ["Layout", "Animation", "Lighting"],
      service: "blender",
      parser: "blender_cycles",
      scene:
        "/mnt/prod/{project|lower}/shots/{sequence|default:main|lower}/{entity|lower}/work/{entity|lower}_{task|lower}_v001.blend",
      output: "/mnt/render/{project|lower}/{sequence|default:main|lower}/{entity|lower}",
      command: 'blender -b "{scene}" -y -E CYCLES -o "{output}/{entity}.####" -s @#@ -e @#@ -j 1 -a',
      files: ["{output}/{entity}.@####@.png"],
      frames_per_task: 4,
    },
    {
      id: "gpu",
      title: "Blender on the GPU machines",
      service: "blender",
      parser: "blender_cycles",
      command: 'blender -b "/mnt/prod/{entity|lower}.blend" -o "/mnt/render/{entity|lower}_gpu.####" -s @#@ -e @#@ -a',
      // This farm has no machine with such a name.
      job: { hosts_mask: "gpu.*" },
    },
    {
      id: "nuke",
      title: "Nuke",
      task_types: ["Compositing", "Lighting"],
      service: "nuke",
      scene: "/mnt/prod/{project|lower}/shots/{sequence|default:main|lower}/{entity|lower}/comp/{entity|lower}_v001.nk",
      command: 'nuke -x -F @#@-@#@ "{scene}"',
      frames_per_task: 10,
    },
  ],
});
