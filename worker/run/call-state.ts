// What is known about a call so far. Each step in dispatch.ts adds to it, so if a step fails, the
// log gets everything that was found out before.
import * as v from "valibot";
import { RunId } from "../../contract.ts";
import { describePerson, type Person } from "../access/person.ts";
import type { Action } from "../action/action.ts";
import { describeCause, type Failure } from "../format/failure.ts";
import type { Reader } from "../format/reader.ts";
import type { Reply } from "../format/reply.ts";
import type { RawField } from "../request/body.ts";
import type { Call } from "../request/call.ts";
import type { RequestContext } from "../request/request-context.ts";
import { type RequestSnapshot, takeSnapshot } from "../request/request-snapshot.ts";
import { isOwnParameter, makeRunId, type OfferedUndo, RUN_PARAMETER } from "../storage/run-links.ts";
import type { RunRecord } from "../storage/run-record.ts";
import type { ActionEffects } from "./action-context.ts";
import type { RunRecorder } from "./run-recorder.ts";

export type CallState = {
  readonly action: Action;
  /** when the request arrived, in epoch milliseconds */
  readonly arrivedAt: number;
  /** the query without our own parameters */
  readonly query: readonly RawField[];
  /** the id that the page gave the run, so that it can send the same call twice */
  readonly requestedId: string | undefined;
  /** the run that this call is logged as: `findOwnRun` decides it */
  id: string;
  at: number;
  /** `findOwnRun` has decided `id` and `at` */
  isPlaced?: boolean;
  snapshot: RequestSnapshot;
  call?: Call;
  recorder?: RunRecorder;
  person?: Person;
  /** the language and time zone of the person, once they are known */
  reader: Reader;
  selected?: RunRecord["selected"];
  effects?: ActionEffects;
};

/** `isDry`: the call is a run of its own, whichever id it asks for. */
type StartedOperation = { action: Action; selected?: RunRecord["selected"]; isDry?: boolean | undefined };

export function startCall(
  request: Request,
  { url, reader }: RequestContext,
  { action, selected, isDry }: StartedOperation,
): CallState {
  const arrivedAt = Date.now();
  const requestedId = isDry ? undefined : readRequestedId(url);
  const query = [...url.searchParams].filter(([name]) => !isOwnParameter(name));
  return {
    action,
    arrivedAt,
    query,
    requestedId,
    id: requestedId ?? makeRunId(),
    at: arrivedAt,
    snapshot: takeSnapshot(request, url, query),
    reader,
    selected,
  };
}

function readRequestedId({ searchParams }: URL): string | undefined {
  const id = searchParams.get(RUN_PARAMETER);
  return id !== null && v.is(RunId, id) ? id : undefined;
}

/** The record of this call for the log, with this reply or failure. */
export function makeRecord(
  { id, at, action, arrivedAt, snapshot, call, person, selected, effects }: CallState,
  reply: Reply,
  { status, failure, undo, deployedAtS }: RecordDetails,
): RunRecord {
  return {
    id,
    at,
    action: action.id,
    tookMs: Date.now() - arrivedAt,
    status,
    person: person && describePerson(person),
    call: call && { ...call, choices: effects?.choices },
    selected,
    arrived: snapshot,
    reply,
    undo,
    deployedAtS,
    cause: describeCause(failure?.cause),
  };
}

type RecordDetails = {
  status: number;
  failure: Failure | undefined;
  undo: OfferedUndo | undefined;
  deployedAtS: number;
};
