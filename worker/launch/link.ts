// Links that start a player: how each program wants its files told. What can't be told to one is said, never bent.
import { makeCommand } from "./command.ts";
import type { Item } from "./launch-item.ts";
import type { Launcher, LauncherOf } from "./launchers.ts";
import { SYSTEMS, type System } from "./operating-system.ts";
import { type Filled, fillTemplate, type Template, toBase64Url, toHex, type Values } from "./template.ts";

/** Windows cuts longer command lines, and so do some browsers' links to programs. */
export const LINK_MAX_CHARS = 2_000;

/** A launcher whose links name the files themselves. */
export type Linking = Exclude<Launcher, LauncherOf<"ticket">>;

/** What a launcher is told of one task: the media of a player, the link of a template. */
export type Told = { item: Item; text: string };

const valuesOf = ({ facts, paths, mediaUrl }: Item, system: System): Values => ({
  ...facts.values,
  path: paths[system] ?? mediaUrl,
  media_url: mediaUrl,
});

/** What the launcher is told of this task on this system, or why it can't be. */
export function tell(launcher: Linking, item: Item, system: System): Filled {
  const told = fillTemplate(launcher.kind === "template" ? launcher.url : launcher.media, valuesOf(item, system));
  if ("problem" in told || launcher.kind === "template") return told;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(told.text))
    return { problem: `What ${launcher.label} would open has a control character` };
  if (told.text.startsWith("-"))
    return { problem: `What ${launcher.label} would open begins with "-", as an option does` };
  if (launcher.kind === "rvlink" && told.text.includes("'")) {
    return { problem: `RV's links can't have an apostrophe in a path: ${told.text.slice(0, 120)}` };
  }
  return told;
}

/**
 * The link for these tasks.
 * @param listUrl where a list of all of them is, for a player that reads one
 */
export function makeLink(launcher: Linking, told: readonly Told[], listUrl?: string): string {
  switch (launcher.kind) {
    case "rvlink":
      return makeRvlink([...launcher.args, ...told.map((one) => sayRvMedia(one, launcher.range))]);
    case "xstudio":
      return `xstudio://add_media?${told.map(({ text }) => `media=${encodeTwice(text)}`).join("&")}`;
    case "mpv":
      return `mpv://play/${toBase64Url(listUrl ?? told[0]?.text ?? "")}/?v_title=${toBase64Url(nameAll(told))}`;
    case "template":
      return told[0]?.text ?? "";
  }
}

/** Hexadecimal survives browsers, chats and mail. RV splits at blanks, and has quotes but no way to write one. */
const makeRvlink = (words: readonly string[]) => `rvlink://baked/${toHex(["", ...words].join(" "))}`;

function sayRvMedia({ item, text }: Told, isRanged: boolean): string {
  const media = /^[\w@%+=:,./#~-]+$/.test(text) ? text : `'${text}'`;
  const { frames } = item.facts;
  return isRanged && frames !== undefined ? `[ ${media} -in ${frames.first} -out ${frames.last} ]` : media;
}

/** xStudio decodes twice, and takes "+" for a blank. */
const encodeTwice = (text: string) => encodeURIComponent(encodeURIComponent(text));

const nameAll = ([first, ...others]: readonly Told[]) =>
  others.length === 0 ? (first?.item.facts.label ?? "") : `${others.length + 1} tasks`;

/** As many of them, from the first, as one link holds. */
export function fitLink(launcher: Linking, told: readonly Told[]): { url: string; count: number } {
  let fitting = { url: "", count: 0 };
  for (let count = 1; count <= told.length; count += 1) {
    const url = makeLink(launcher, told.slice(0, count));
    if (url.length > LINK_MAX_CHARS) break;
    fitting = { url, count };
  }
  return fitting;
}

/** What to type instead; nothing where the studio did not say, or it can't be typed. */
export function fillCommand(
  command: readonly Template[] | undefined,
  items: readonly Item[],
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

export type Made = { url: string; command?: string | undefined };

/** A way for each system; one for all of them where there is no difference. */
export function mergeWays(ways: Readonly<Partial<Record<System, Made>>>): ({ system?: System } & Made)[] {
  const all = SYSTEMS.flatMap((system) => (ways[system] === undefined ? [] : [{ system, ...ways[system] }]));
  const [first] = all;
  const isSame =
    all.length === SYSTEMS.length && all.every(({ url, command }) => url === first?.url && command === first?.command);
  if (!isSame || first === undefined) return all;
  const { system: _, ...way } = first;
  return [way];
}
