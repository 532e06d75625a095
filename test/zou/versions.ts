// The versions of Zou that the worker is tested with, one after the other.
import { OLDEST_ZOU } from "../../worker/services/zou-version.ts";

/** The newest on PyPI at the last check. */
export const NEWEST_ZOU = "1.0.97";

/** ZOU_VERSION selects a single version instead. */
export const ZOU_VERSIONS: readonly string[] = process.env.ZOU_VERSION
  ? [process.env.ZOU_VERSION]
  : [NEWEST_ZOU, OLDEST_ZOU];
