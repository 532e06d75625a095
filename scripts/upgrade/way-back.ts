// The migrations that take an older version back after this one: Cloudflare never undoes one, so a
// new one gives the classes their old names again. docs/upgrading.md has it for people.
import * as v from "valibot";
import { PACKAGE_FOLDER } from "../package-folder.ts";
import { readMigrations } from "./service.ts";

const Renamed = v.looseObject({
  renamed_classes: v.optional(v.array(v.object({ from: v.string(), to: v.string() })), []),
});

/** @param older the folder of the older version */
export async function listWayBack(older: string): Promise<Record<string, unknown>[]> {
  const [then, now] = [await readMigrations(older), await readMigrations(PACKAGE_FOLDER)];
  const since = now.slice(then.length).map((migration) => v.parse(Renamed, migration));
  const renamed = since.flatMap(({ renamed_classes }) =>
    renamed_classes.map(({ from, to }) => ({ from: to, to: from })),
  );
  return renamed.length === 0 ? now : [...now, { tag: "back", renamed_classes: renamed }];
}
