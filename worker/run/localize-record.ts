// The complete record of a run, for those who read the log.
import { localize, localizeAll } from "../format/localize.ts";
import { localizeReply, showReply } from "../format/reply.ts";
import type { RequestContext } from "../request/request-context.ts";
import type { RunRecord } from "../storage/run-record.ts";

type Shown = Pick<RequestContext, "reader" | "base">;

/** The record as its reader sees it. What the call said stays as it is. */
export function localizeRecord({ reply, undone, undo, call, ...facts }: RunRecord, { reader, base }: Shown) {
  return {
    ...facts,
    call: call && { ...call, ignored: localizeAll(call.ignored, reader) },
    reply: showReply(reply, reader, base),
    undo: undo && { ...undo, label: undo.label && localize(undo.label, reader) },
    undone: undone && { ...undone, reply: localizeReply(undone.reply, reader) },
  };
}
