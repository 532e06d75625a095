/** The worker's settings LAUNCHERS and KABARET for this studio's programs. */
import { CARNIVAL, NIGHT_TRAM, PAPER_LANTERN } from "./data-projects.ts";

/** One player of each known kind, and a program that only the studio's own handler can start. */
export const LAUNCHERS = {
  launchers: [
    { id: "rv", label: "Open in RV", kind: "rvlink", media: "{path}", args: ["-play"], many: true },
    { id: "xstudio", label: "Open in xStudio", kind: "xstudio", media: "{path}", many: true },
    { id: "mpv", label: "Open in mpv", kind: "mpv", media: "{media_url}", many: false },
    {
      id: "studio",
      label: "Open in Blender",
      kind: "ticket",
      scheme: "studio",
      verb: "open",
      extensions: ["blend"],
      many: true,
    },
  ],
  roots: [{ linux: "/mnt/prod", windows: "P:\\", darwin: "/Volumes/prod" }],
};

/** Compositing has no name there. Of two actions of the flow, one is opened and one is run. */
export const KABARET = {
  project_names: { [PAPER_LANTERN.id]: "paper_lantern", [NIGHT_TRAM.id]: "night_tram", [CARNIVAL.id]: "carnival" },
  task_names: { Layout: "layout", Animation: "animation", Lighting: "lighting", Modeling: "modeling" },
  task_rule: "map",
  name_rules: [{ match: "[- ]", replace: "_" }],
  entries: {
    build: { title: "Build scene", action: "build" },
    publish: { title: "Publish", action: "publish", run: true },
  },
};
