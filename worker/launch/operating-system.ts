// The operating systems of a studio's workstations, and which of them somebody sits at.

export const SYSTEMS = ["linux", "windows", "darwin"] as const;
export type System = (typeof SYSTEMS)[number];

const NAMES: Readonly<Record<System, string>> = { linux: "Linux", windows: "Windows", darwin: "macOS" };

export const nameSystem = (system: System) => NAMES[system];

/** Chromium says it in a header of its own, others in a word of the user agent. A phone is none of these. */
export function guessSystem(headers: readonly (readonly [name: string, value: string])[]): System | undefined {
  const read = (wanted: string) => headers.find(([name]) => name === wanted)?.[1] ?? "";
  const said = read("sec-ch-ua-platform").replaceAll('"', "");
  const agent = read("user-agent");
  if (said === "Windows" || said === "macOS" || said === "Linux")
    return SYSTEMS.find((system) => NAMES[system] === said);
  if (said !== "" || /android|iphone|ipad/i.test(agent)) return undefined;
  if (/windows nt/i.test(agent)) return "windows";
  if (/mac os x|macintosh/i.test(agent)) return "darwin";
  return /linux|x11/i.test(agent) ? "linux" : undefined;
}
