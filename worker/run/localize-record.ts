// The complete record of a run, for those who read the log.
import { localize, localizeAll } from "../format/localize.ts";
import type { Reader } from "../format/reader.ts";
import { localizeReply } from "../format/reply.ts";
import type { RunRecord } from "../storage/run-record.ts";

/** The record as its reader sees it. What the call said stays as it is. */
export function localizeRecord({ reply, undone, undo, call, ...facts }: RunRecord, reader: Reader) {
  return {
    ...facts,
    call: call && { ...call, ignored: localizeAll(call.ignored, reader) },
    reply: localizeReply(reply, reader),
    undo: undo && { ...undo, label: undo.label && localize(undo.label, reader) },
    undone: undone && { ...undone, reply: localizeReply(undone.reply, reader) },
  };
}
