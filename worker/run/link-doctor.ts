// Failures because of the set-up: whoever may fix it gets a link to the doctor.
import type { Failure } from "../format/failure.ts";
import { message } from "../format/message.ts";
import type { Reply } from "../format/reply.ts";
import type { CallState } from "./call-state.ts";

const SET_UP = /^(not-configured|access-unreachable|(kitsu|target|farm)-.*)$/;

/** A server that refuses a call may have decided so: "The delivery folder is locked". */
const isDecision = ({ code, status }: Failure) => code === "target-refused" && status < 500;

/**
 * Without Kitsu, nobody's role is known. Then only debug, with which set-ups are tried out, has the
 * link.
 */
export function linkDoctor(
  reply: Reply,
  failure: Failure | undefined,
  { person, action }: CallState,
  base: string,
): Reply {
  if (failure === undefined || !SET_UP.test(failure.code) || isDecision(failure)) return reply;
  const { role } = person ?? {};
  const mayMend = role === undefined ? action.id === "debug" : role === "manager" || role === "admin";
  if (!mayMend) return reply;
  return { ...reply, links: [...(reply.links ?? []), { label: message("doctor.title"), url: `${base}/doctor` }] };
}
