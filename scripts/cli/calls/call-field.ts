// A field of a recorded call, whatever Kitsu called it at the time.
import type { Fixture } from "../../../contract.ts";
import { findCallField } from "../../../worker/request/call.ts";

/** "" if the call does not have it. */
export function readCallField({ query, fields }: Fixture["request"], wanted: ReturnType<typeof findCallField>): string {
  const value = [...query, ...fields].find(([name]) => findCallField(name) === wanted)?.[1];
  return typeof value === "string" ? value : "";
}
