// Makes links that open files in programs, in each program's own format. A file that a format can't
// express is refused with a reason.
import { toHex } from "../format/hex.ts";
import { message } from "../format/message.ts";
import { makeCommand } from "./command.ts";
import type { LaunchItem } from "./launch-item.ts";
import type { Launcher, LauncherOf } from "./launchers.ts";
import { SYSTEMS, type System } from "./operating-system.ts";
import { type Filled, fillTemplate, type Template, toBase64Url, type Values } from "./template.ts";

/** Windows truncates longer command lines, and some browsers truncate longer links to programs. */
export const LINK_MAX_CHARS = 2_000;

/** A launcher whose links contain the files themselves. */
export type LinkLauncher = Exclude<Launcher, LauncherOf<"ticket">>;

/** `text`: the media for a player, or the link from a template. */
export type Target = { item: LaunchItem; text: string };

const valuesOf = ({ info, paths, mediaUrl }: LaunchItem, system: System): Values => ({
  ...info.values,
  path: paths[system] ?? mediaUrl,
  media_url: mediaUrl,
});

/** The target's text for this task on this system, or the problem with it. */
export function renderTarget(launcher: LinkLauncher, item: LaunchItem, system: System): Filled {
  const filled = fillTemplate(launcher.kind === "template" ? launcher.url : launcher.media, valuesOf(item, system));
  if ("problem" in filled || launcher.kind === "template") return filled;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern is meant to match them
  if (/[\u0000-\u001f\u007f]/.test(filled.text))
    return { problem: message("launch.controlCharacter", { label: launcher.label }) };
  if (filled.text.startsWith("-")) return { problem: message("launch.likeOption", { label: launcher.label }) };
  if (launcher.kind === "rvlink" && filled.text.includes("'")) {
    return { problem: message("launch.apostrophe", { path: filled.text.slice(0, 120) }) };
  }
  return filled;
}

/**
 * The link for these targets.
 * @param list of all of them, for mpv, with the title of its window
 */
export function makeLink(
  launcher: LinkLauncher,
  targets: readonly Target[],
  list?: { url: string; title: string },
): string {
  const [first] = targets;
  switch (launcher.kind) {
    case "rvlink":
      return makeRvlink([...launcher.args, ...targets.map((one) => formatRvMedia(one, launcher.range))]);
    case "xstudio":
      return `xstudio://add_media?${targets.map(({ text }) => `media=${encodeTwice(text)}`).join("&")}`;
    case "mpv":
      return `mpv://play/${toBase64Url(list?.url ?? first?.text ?? "")}/?v_title=${toBase64Url(list?.title ?? first?.item.info.label ?? "")}`;
    case "template":
      return first?.text ?? "";
  }
}

/**
 * Hexadecimal survives browsers, chats and mail. RV splits at spaces; its quotes can't be escaped.
 */
const makeRvlink = (words: readonly string[]) =>
  `rvlink://baked/${toHex(new TextEncoder().encode(["", ...words].join(" ")))}`;

function formatRvMedia({ item, text }: Target, isRanged: boolean): string {
  const media = /^[\w@%+=:,./#~-]+$/.test(text) ? text : `'${text}'`;
  const { frames } = item.info;
  return isRanged && frames !== undefined ? `[ ${media} -in ${frames.first} -out ${frames.last} ]` : media;
}

/** xStudio decodes twice, and reads "+" as a space. */
const encodeTwice = (text: string) => encodeURIComponent(encodeURIComponent(text));

/** A link for as many targets, from the first, as fit into it. */
export function fitLink(launcher: LinkLauncher, targets: readonly Target[]): { url: string; count: number } {
  let fitting = { url: "", count: 0 };
  for (let count = 1; count <= targets.length; count += 1) {
    const url = makeLink(launcher, targets.slice(0, count));
    if (url.length > LINK_MAX_CHARS) break;
    fitting = { url, count };
  }
  return fitting;
}

/** The command line; undefined if the launcher has none, or if it can't be quoted safely. */
export function fillCommand(
  command: readonly Template[] | undefined,
  items: readonly LaunchItem[],
  system: System,
): string | undefined {
  if (command === undefined) return undefined;
  const parts: string[] = [];
  for (const part of command) {
    for (const item of part.variables.size === 0 ? items.slice(0, 1) : items) {
      const filled = fillTemplate(part, valuesOf(item, system));
      if ("problem" in filled || (filled.text.startsWith("-") && typeof part.parts[0] !== "string")) return undefined;
      parts.push(filled.text);
    }
  }
  const line = makeCommand(parts, system);
  return line !== undefined && line.length <= 4 * LINK_MAX_CHARS ? line : undefined;
}

type LinkAndCommand = { url: string; command?: string | undefined };

/** One option for each system, or one for all of them if they don't differ. */
export function mergeOptions(
  options: Readonly<Partial<Record<System, LinkAndCommand>>>,
): ({ system?: System } & LinkAndCommand)[] {
  const all = SYSTEMS.flatMap((system) => (options[system] === undefined ? [] : [{ system, ...options[system] }]));
  const [first] = all;
  const isSame =
    all.length === SYSTEMS.length && all.every(({ url, command }) => url === first?.url && command === first?.command);
  if (!isSame || first === undefined) return all;
  const { system: _, ...option } = first;
  return [option];
}
