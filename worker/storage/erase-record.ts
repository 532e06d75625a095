// Erases a person from the record of their run. What remains is which action ran, when, on which
// tasks, and how it ended. Free texts may name the person, and nobody can tell, so all of them go.
import * as v from "valibot";
import { message } from "../format/message.ts";
import type { Reply } from "../format/reply.ts";
import { RunRecord } from "./run-record.ts";

export function eraseRecord(record: RunRecord): RunRecord {
  const { id, at, tookMs, action, status, person, call, selected, arrived, reply, undone, deployedAtS } = record;
  const isOwnUndo = undone?.person === person?.name;
  return {
    ...{ id, at, tookMs, action, status, selected, deployedAtS, erased: true },
    person: person && { trust: person.trust, name: "" },
    call: call && {
      ...{ dialect: call.dialect, person: {}, project: call.project, selection: call.selection },
      ...{ entityType: call.entityType, retryOf: call.retryOf, changeOf: call.changeOf, params: {}, ignored: [] },
    },
    // The query string may have the person's id. The headers have their browser.
    arrived: { method: arrived.method, path: arrived.path.split("?")[0] ?? "", headers: [], fields: [] },
    reply: eraseReply(reply),
    undone: undone && { at: undone.at, person: isOwnUndo ? "" : undone.person, reply: eraseReply(undone.reply) },
  };
}

const title = message("storage.erased");

/** The states of the tasks remain, so the run keeps its own. */
function eraseReply(reply: Reply): Reply {
  const outcomes =
    "outcomes" in reply ? reply.outcomes?.map(({ id, state }) => ({ id, state, label: "", retry: false })) : undefined;
  switch (reply.kind) {
    case "done":
      return { kind: "done", severity: reply.severity, title, outcomes };
    case "failed":
      return { kind: "failed", code: reply.code, title, outcomes };
    case "ask":
      return { kind: "ask", title, fields: [], submit: title };
    case "started":
      return { kind: "started", title, outcomes };
  }
}

const Changed = v.object({ undone: RunRecord.entries.undone, reply: RunRecord.entries.reply });

/**
 * The record without this person as the one who undid or canceled the run of another: their name,
 * wherever a text is nothing else; undefined if it is not there.
 */
export function eraseName(record: RunRecord, name: string): RunRecord | undefined {
  let isFound = false;
  const erase = (value: unknown): unknown => {
    if (value === name) {
      isFound = true;
      return "";
    }
    if (Array.isArray(value)) return value.map(erase);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, erase(member)]));
  };
  const { undone, reply } = record;
  const erased = v.parse(Changed, { undone: erase(undone), reply: erase(reply) });
  return isFound ? { ...record, ...erased } : undefined;
}
