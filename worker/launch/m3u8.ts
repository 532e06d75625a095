// A list of media for players: the paths or addresses, each with the name of its task.

/** Lines end where a name has a line break, so it has none here. */
const oneLine = (text: string) => text.replace(/\s+/g, " ").trim();

/** By the usual one for .m3u8 a player would take it for a stream of one film. */
export const LIST_TYPE = "audio/x-mpegurl";

/** As an .m3u8, which is a text in UTF-8 with one file a line. */
export function makeList(entries: readonly { name: string; media: string }[]): string {
  return ["#EXTM3U", ...entries.flatMap(({ name, media }) => [`#EXTINF:-1,${oneLine(name)}`, media]), ""].join("\n");
}
