/** One request to Zou, once it is known who asks. */
import * as v from "valibot";
import { badBody } from "./answer.ts";
import type { Caller } from "./caller.ts";
import type { State } from "./state.ts";

export type ZouRequest = {
  state: State;
  caller: Caller;
  /** what the path names, in its order */
  ids: readonly string[];
  query: URLSearchParams;
  body: string;
  userAgent: string;
  /** the header of that name */
  range: string;
};

const Body = v.record(v.string(), v.unknown());

/** @throws a Refusal when it is no JSON object */
export function readObject(body: string): Record<string, unknown> {
  try {
    return v.parse(Body, JSON.parse(body));
  } catch {
    throw badBody();
  }
}
