// The entry of docs/troubleshooting.md for texts that ask something of somebody else than their
// reader. Failures have an entry for their code.
import { isMessage, type MessageKey } from "./message.ts";

/** Texts that are also shown where nothing has failed, or only some tasks have. */
export const HELP_ENTRIES: { readonly [Key in MessageKey]?: string } = {
  "afanasy.noAccess": "farm-refused",
  "afanasy.noAccessBecause": "farm-refused",
  "afanasy.refused": "farm-refused",
  "afanasy.refusedByRelay": "farm-refused",
  "afanasy.unreadableJob": "farm-refused",
  "comment.noAccount": "not-configured",
  "flamenco.jobTypeChanged": "farm-refused",
  "flamenco.proxyRefused": "farm-refused",
  "flamenco.refused": "farm-refused",
  "forward.checkSecret": "target-refused",
  "kitsu.botTokenRefused": "kitsu-token-refused",
  "kitsu.secondFactorOfBot": "kitsu-second-factor",
  "links.removed": "links-were-removed",
  "longRun.noReportSince": "the-toast-never-ends",
};

/** The address of the entry for programs that don't open, below the worker's own. */
export const PROGRAM_HELP = "/help#the-program-does-not-open";

const entries: ReadonlyMap<string, string> = new Map(Object.entries(HELP_ENTRIES));

/** The id of the entry of a text, or of the first in it that has one. */
export function findEntry(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const entry = isMessage(value) ? entries.get(value.key) : undefined;
  if (entry !== undefined) return entry;
  for (const member of Object.values(value)) {
    const found = findEntry(member);
    if (found !== undefined) return found;
  }
  return undefined;
}
