// What the worker answers to a call.
import * as v from "valibot";
import { Reply } from "./reply.ts";
import { Run, WIRE_VERSION } from "./run.ts";

/** What the worker answers. If it refuses a call before there is a run, `run` is missing. */
export const Answer = v.object({ version: v.literal(WIRE_VERSION), run: v.optional(Run), reply: Reply });
export type Answer = v.InferOutput<typeof Answer>;
