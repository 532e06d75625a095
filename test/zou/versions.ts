// The versions of Zou that the worker is held against, one after the other.
import { OLDEST_ZOU } from "../../worker/services/zou-version.ts";

/** The newest on PyPI when it was last looked. */
export const NEWEST_ZOU = "1.0.97";

/** ZOU_VERSION names another one, and it alone. */
export const ZOU_VERSIONS: readonly string[] = process.env.ZOU_VERSION
  ? [process.env.ZOU_VERSION]
  : [NEWEST_ZOU, OLDEST_ZOU];
