import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { toEnglish } from "../../../worker/format/localize.ts";
import type { LaunchItem } from "../../../worker/launch/launch-item.ts";
import { Launchers } from "../../../worker/launch/launchers.ts";
import {
  fillCommand,
  fitLink,
  type LinkLauncher,
  makeLink,
  mergeOptions,
  renderTarget,
} from "../../../worker/launch/link.ts";
import { makeList } from "../../../worker/launch/m3u8.ts";
import type { Paths } from "../../../worker/launch/paths.ts";
import { readTaskInfo } from "../../../worker/launch/template-variables.ts";
import { makeTicket, makeTicketItem } from "../../../worker/launch/ticket.ts";
import { makeSelected } from "../../support/worker/selected.ts";

function launcher(rest: object): LinkLauncher {
  const [one] = v.parse(Launchers, { launchers: [{ id: "one", label: "One", ...rest }] }).launchers;
  if (one === undefined || one.kind === "ticket") throw new Error("A launcher that makes links");
  return one;
}

function item(paths: Paths, mediaUrl?: string, entity: object = {}): LaunchItem {
  const one = makeSelected({ entity: { name: "SH010", data: { frame_in: "101", frame_out: 120 }, ...entity } });
  const info = readTaskInfo(one, {
    previews: new Map(),
    entityTypes: new Map(),
    person: { name: "Ada" },
    zouPerson: { desktop_login: "ada" },
  });
  return { info: { ...info, label: "SH010 / Animation" }, paths, mediaUrl };
}

const onLinux = (path: string) => item({ linux: path });

/** The link for these items on Linux. */
function link(made: LinkLauncher, items: readonly LaunchItem[]): string {
  const targets = items.map((one) => {
    const filled = renderTarget(made, one, "linux");
    if ("problem" in filled) throw new Error(toEnglish(filled.problem));
    return { item: one, text: filled.text };
  });
  return makeLink(made, targets);
}

const unhex = (url: string) =>
  new TextDecoder().decode(
    new Uint8Array((url.split("/").at(-1)?.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16))),
  );
const problemOf = (made: LinkLauncher, one: LaunchItem) => {
  const filled = renderTarget(made, one, "linux");
  return "problem" in filled ? toEnglish(filled.problem) : undefined;
};

describe("a link for RV", () => {
  it("is the command line in hexadecimal, as RV's manual has it", () => {
    const rv = launcher({ kind: "rvlink", args: ["-l", "-play"] });
    expect(link(rv, [onLinux("/path/to/my/movie.mov")])).toBe(
      "rvlink://baked/202d6c202d706c6179202f706174682f746f2f6d792f6d6f7669652e6d6f76",
    );
  });

  it("quotes paths with special characters, and lists several", () => {
    const rv = launcher({ kind: "rvlink" });
    const paths = ["/p/a b.mov", "/p/sh010.101-148@@@@.exr", "/p/Zoé[1].mov", "/p/%04d.exr"];
    expect(unhex(link(rv, paths.map(onLinux)))).toBe(
      " '/p/a b.mov' /p/sh010.101-148@@@@.exr '/p/Zoé[1].mov' /p/%04d.exr",
    );
    expect(unhex(makeLink(rv, [{ item: item({}), text: "P:\\a.mov" }]))).toBe(" 'P:\\a.mov'");
  });

  it("shows only the shot's range if the studio asks for it", () => {
    const rv = launcher({ kind: "rvlink", range: true });
    const endless = item({ linux: "/p/b.mov" }, undefined, { data: {} });
    expect(unhex(link(rv, [onLinux("/p/a b.mov"), endless]))).toBe(" [ '/p/a b.mov' -in 101 -out 120 ] /p/b.mov");
  });

  it("refuses an apostrophe instead of replacing it", () => {
    expect(problemOf(launcher({ kind: "rvlink" }), onLinux("/p/it's.mov"))).toContain(
      "RV's links can't contain an apostrophe",
    );
    expect(problemOf(launcher({ kind: "xstudio" }), onLinux("/p/it's.mov"))).toBeUndefined();
  });

  it("takes no file for an option", () => {
    const rv = launcher({ kind: "rvlink", media: "{entity}" });
    expect(problemOf(rv, item({}, undefined, { name: "-eval" }))).toContain('begins with "-"');
    expect(problemOf(rv, item({}, undefined, { name: "a\nb" }))).toContain("control character");
  });

  it("stays under 2,000 characters, and reports how many files fit", () => {
    const rv = launcher({ kind: "rvlink" });
    const targets = Array.from({ length: 300 }, (_, index) => {
      const one = onLinux(`/mnt/prod/demo/SQ01/SH${index}/anim/v001.mov`);
      return { item: one, text: one.paths.linux ?? "" };
    });
    const { url, count } = fitLink(rv, targets);
    expect(url.length).toBeLessThanOrEqual(2_000);
    expect(count).toBeGreaterThan(15);
    expect(makeLink(rv, targets.slice(0, count + 1)).length).toBeGreaterThan(2_000);
  });
});

describe("a link for xStudio", () => {
  it("survives decoding twice, with + for a space", () => {
    const path = "/p/100% a&b=c+d 'é'.mov";
    const url = link(launcher({ kind: "xstudio" }), [onLinux(path), onLinux("/p/b.mov")]);
    expect(url).toMatch(/^xstudio:\/\/add_media\?media=[^&]+&media=[^&]+$/);
    expect(url).toContain("%2526"); // &
    expect(url).toContain("%253D"); // =
    expect(url).toContain("%252B"); // +
    expect(url).toContain("%2525"); // %
    const decode = (text: string) => decodeURIComponent(text.replaceAll("+", " "));
    const media = url
      .split("?")[1]
      ?.split("&")
      .map((pair) => decode(decode(pair)).replace("media=", ""));
    expect(media).toEqual([path, "/p/b.mov"]);
  });
});

describe("a link for mpv", () => {
  const mpv = launcher({ kind: "mpv" });
  it("has the URL of the media in base64url, and a title", () => {
    const url = link(mpv, [item({}, "https://edge.studio.tld/media/ff/a.mp4?>")]);
    const [, media = "", title = ""] = /^mpv:\/\/play\/([\w-]+)\/\?v_title=([\w-]+)$/.exec(url) ?? [];
    const decode = (text: string) => atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    expect([decode(media), decode(title)]).toEqual(["https://edge.studio.tld/media/ff/a.mp4?>", "SH010 / Animation"]);
  });

  it("has the URL of a list if there are several", () => {
    const several = [item({}, "https://a"), item({}, "https://b")].map((one) => ({
      item: one,
      text: one.mediaUrl ?? "",
    }));
    const url = makeLink(mpv, several, { url: "https://edge/files/ff/l.m3u8", title: "2 tâches" });
    expect(url).toContain(btoa("https://edge/files/ff/l.m3u8").replaceAll("=", ""));
    expect(url).toMatch(/v_title=MiB0w6JjaGVz$/);
  });
});

describe("a link from a template", () => {
  it("has every variable escaped", () => {
    const own = launcher({
      kind: "template",
      url: "studio-blender://open?path={path|url}&task={entity|url}&v={revision|default:0|url}",
    });
    expect(link(own, [item({ linux: "/p/a&b.blend" }, undefined, { name: "SH&x=1#" })])).toBe(
      "studio-blender://open?path=%2Fp%2Fa%26b.blend&task=SH%26x%3D1%23&v=0",
    );
  });
});

describe("the target for a task", () => {
  it("is its path on that system, else the link to its preview, else a problem", () => {
    const rv = launcher({ kind: "rvlink" });
    const one = item({ linux: "/a.mov" }, "https://edge/media/ff/a.mp4");
    expect(renderTarget(rv, one, "linux")).toEqual({ text: "/a.mov" });
    expect(renderTarget(rv, one, "windows")).toEqual({ text: "https://edge/media/ff/a.mp4" });
    expect(renderTarget(rv, item({ linux: "/a.mov" }), "windows")).toMatchObject({ missing: "path" });
  });
});

describe("a command line", () => {
  it("repeats arguments with variables for each task", () => {
    const rv = launcher({ kind: "rvlink", command: ["rv", "-play", "{path}"] });
    const items = [onLinux("/p/a b.mov"), onLinux("/p/b.mov")];
    expect(fillCommand(rv.command, items, "linux")).toBe("rv -play '/p/a b.mov' /p/b.mov");
    expect(fillCommand(rv.command, items, "windows")).toBeUndefined();
    expect(fillCommand(undefined, items, "linux")).toBeUndefined();
  });

  it("takes no name for an option", () => {
    const own = launcher({ kind: "rvlink", command: ["rv", "{entity}"] });
    expect(fillCommand(own.command, [item({}, undefined, { name: "--version" })], "linux")).toBeUndefined();
  });
});

describe("the options to start a program", () => {
  it("are merged if the systems don't differ", () => {
    const same = { url: "a://b", command: "b" };
    expect(mergeOptions({ linux: same, windows: same, darwin: same })).toEqual([same]);
    expect(mergeOptions({ linux: same, windows: { url: "a://c" } })).toEqual([
      { system: "linux", ...same },
      { system: "windows", url: "a://c" },
    ]);
    expect(mergeOptions({ linux: same, darwin: same })).toHaveLength(2);
    expect(mergeOptions({})).toEqual([]);
  });
});

describe("a list for players", () => {
  it("has a line for each file, and no line from a name", () => {
    expect(makeList([{ name: "SQ01\n#EXT-X-EVIL", media: "/p/a.mov" }])).toBe(
      "#EXTM3U\n#EXTINF:-1,SQ01 #EXT-X-EVIL\n/p/a.mov\n",
    );
  });
});

describe("a ticket", () => {
  it("has the format that the handler reads", () => {
    const one = item({ linux: "/p/a.blend" }, "https://edge/media/ff/a.mp4", {
      data: { frame_in: 101, frame_out: 148, fps: "24" },
    });
    const now = Date.parse("2026-11-23T10:00:00Z");
    const items = [
      makeTicketItem(one.info, one.paths, one.mediaUrl),
      makeTicketItem(item({}, undefined, { data: {} }).info, {}, undefined),
    ];
    const ticket = makeTicket(
      { verb: "open", app: "blender", person: { id: "p", email: "ada@studio.tld" }, run: "r", items },
      now,
    );
    expect(JSON.parse(JSON.stringify(ticket))).toEqual({
      version: 1,
      verb: "open",
      app: "blender",
      issued_at: "2026-11-23T10:00:00.000Z",
      expires_at: "2026-11-23T10:01:00.000Z",
      person: { id: "p", email: "ada@studio.tld" },
      run: "r",
      items: [
        {
          task_id: one.info.taskId,
          entity_id: one.info.entityId,
          name: "SH010 / Animation",
          path: { linux: "/p/a.blend" },
          media_url: "https://edge/media/ff/a.mp4",
          frame_in: 101,
          frame_out: 148,
          fps: 24,
        },
        { task_id: expect.any(String), entity_id: expect.any(String), name: "SH010 / Animation", fps: 25 },
      ],
    });
  });
});
