// The operating systems of workstations, and which one a request comes from.

export const SYSTEMS = ["linux", "windows", "darwin"] as const;
export type System = (typeof SYSTEMS)[number];

export const isSystem = (name: string): name is System => SYSTEMS.some((system) => system === name);

const NAMES: Readonly<Record<System, string>> = { linux: "Linux", windows: "Windows", darwin: "macOS" };

export const formatSystem = (system: System) => NAMES[system];

/** Chromium sends its own header; other browsers only have the user agent. Undefined for phones. */
export function detectSystem(headers: readonly (readonly [name: string, value: string])[]): System | undefined {
  const readHeader = (wanted: string) => headers.find(([name]) => name === wanted)?.[1] ?? "";
  const platform = readHeader("sec-ch-ua-platform").replaceAll('"', "");
  const agent = readHeader("user-agent");
  if (platform === "Windows" || platform === "macOS" || platform === "Linux")
    return SYSTEMS.find((system) => NAMES[system] === platform);
  if (platform !== "" || /android|iphone|ipad/i.test(agent)) return undefined;
  if (/windows nt/i.test(agent)) return "windows";
  if (/mac os x|macintosh/i.test(agent)) return "darwin";
  return /linux|x11/i.test(agent) ? "linux" : undefined;
}
