// Removes a playlist that an action made, unless someone has changed it since.
import * as v from "valibot";
import { Failure, toFailure } from "../format/failure.ts";
import { message, type Text } from "../format/message.ts";
import type { Zou } from "./zou.ts";
import { Playlist } from "./zou-objects.ts";

/** A playlist at the time it was made. */
type CreatedPlaylist = { id: string; name: string; updatedAt?: string | undefined; count: number };

/** Why the playlist was not removed, as a sentence with its name; undefined if it is gone. */
export async function removeUnchanged(zou: Zou, made: CreatedPlaylist): Promise<Text | undefined> {
  const { name } = made;
  const path = `/data/playlists/${made.id}`;
  try {
    const current = await zou.read(path, Playlist);
    // Zou's time has whole seconds, so it does not show a change within the first second.
    const isUnchanged =
      current.updated_at === made.updatedAt && current.name === name && current.shots.length === made.count;
    if (!isUnchanged) return message("kitsu.playlistChanged", { name });
    if (current.build_jobs.length > 0) return message("kitsu.playlistBuilt", { name });
    // Zou would silently remove the guests' links as well.
    if ((await readShares(zou, path)).length > 0) return message("kitsu.playlistShared", { name });
    await remove(zou, path);
    return undefined;
  } catch (thrown) {
    const { code, reply } = toFailure(thrown);
    if (code === "kitsu-unknown") return undefined;
    if (!(thrown instanceof Failure)) throw thrown;
    return message("kitsu.playlistNotRemoved", { name, reason: reply.text ?? reply.title });
  }
}

/** If the answer is lost, check whether the playlist still exists. */
async function remove(zou: Zou, path: string): Promise<void> {
  try {
    await zou.write("DELETE", path, undefined, v.unknown());
  } catch (thrown) {
    const found = await zou.read(path, v.unknown()).catch(toFailure);
    if (!(found instanceof Failure && found.code === "kitsu-unknown")) throw thrown;
  }
}

/** Zou shows them only to managers, who are the only ones who can share. */
async function readShares(zou: Zou, path: string): Promise<readonly unknown[]> {
  try {
    return await zou.read(`${path}/share`, v.array(v.unknown()));
  } catch (thrown) {
    // Older versions of Zou have no guest links.
    if (thrown instanceof Failure && ["kitsu-forbidden", "kitsu-version"].includes(thrown.code)) return [];
    throw thrown;
  }
}
