// Takes a playlist away again, unless somebody has made it theirs meanwhile.
import * as v from "valibot";
import { Failure, toFailure } from "../failure.ts";
import type { Zou } from "./zou.ts";
import { Playlist } from "./zou-objects.ts";

/** A playlist as it was when it was made. */
export type MadePlaylist = { id: string; name: string; updatedAt?: string | undefined; count: number };

/** Why it stays; nothing, where it is gone. */
export async function removeUnchanged(zou: Zou, made: MadePlaylist): Promise<string | undefined> {
  const path = `/data/playlists/${made.id}`;
  try {
    const now = await zou.read(path, Playlist);
    // The time is of whole seconds, and says nothing of a change right after the making.
    const isSame = now.updated_at === made.updatedAt && now.name === made.name && now.shots.length === made.count;
    if (!isSame) return "was changed since it was made";
    if (now.build_jobs.length > 0) return "was built into a movie";
    // Zou would take the links of guests along without a word.
    if ((await readShares(zou, path)).length > 0) return "was shared with guests";
    await remove(zou, path);
    return undefined;
  } catch (thrown) {
    const { code, reply } = toFailure(thrown);
    if (code === "kitsu-unknown") return undefined;
    if (!(thrown instanceof Failure)) throw thrown;
    return `could not be removed: ${reply.text ?? reply.title}`.replace(/\.$/, "");
  }
}

/** An answer that was lost says nothing of what was done: then Kitsu is asked whether it is still there. */
async function remove(zou: Zou, path: string): Promise<void> {
  try {
    await zou.write("DELETE", path, undefined, v.unknown());
  } catch (thrown) {
    const again = await zou.read(path, v.unknown()).catch(toFailure);
    if (!(again instanceof Failure && again.code === "kitsu-unknown")) throw thrown;
  }
}

/** Shown to managers alone, who alone can share. */
async function readShares(zou: Zou, path: string): Promise<readonly unknown[]> {
  try {
    return await zou.read(`${path}/share`, v.array(v.unknown()));
  } catch (thrown) {
    // An older Zou has no such links.
    if (thrown instanceof Failure && ["kitsu-forbidden", "kitsu-version"].includes(thrown.code)) return [];
    throw thrown;
  }
}
