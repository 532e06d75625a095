// Playlists in the .m3u8 format: the paths or URLs of media, each with the name of its task.

/** A line break in a name would end the line. */
const toOneLine = (text: string) => text.replace(/\s+/g, " ").trim();

/** With the usual type for .m3u8, a player would expect one video stream. */
export const LIST_TYPE = "audio/x-mpegurl";

export function makeList(entries: readonly { name: string; media: string }[]): string {
  return ["#EXTM3U", ...entries.flatMap(({ name, media }) => [`#EXTINF:-1,${toOneLine(name)}`, media]), ""].join("\n");
}
