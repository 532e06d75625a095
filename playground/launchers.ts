/** What the worker must be told so that the programs of this studio can be started: the settings LAUNCHERS and KABARET. */
import { CARNIVAL, NIGHT_TRAM, PAPER_LANTERN } from "./data-projects.ts";

/** A player of each kind that is known, and a program that only the studio's own handler can start. */
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

/** Compositing has no name there. Two entries of Kitsu's menu are an action of the flow: one opens it, one runs it. */
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
