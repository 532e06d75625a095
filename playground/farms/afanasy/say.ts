/** An answer of afserver's. */
import { writeJson } from "./json.ts";

export type Answer = { json: string; isSubmission?: boolean };

export const answer = (value: unknown): Answer => ({ json: writeJson(value) });
export const say = (kind: "log" | "error", text: string): Answer => answer({ info: { kind, text } });
